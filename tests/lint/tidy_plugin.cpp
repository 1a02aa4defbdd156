// A plugin for clang-tidy 19: no check looks at what system headers declare. Most of a run's time
// goes there, and what is found there is thrown away. LLVM 21 does the same by itself
// (llvm-project pull request 128150); `tidy` in ./run builds and loads this.

#include <clang-tidy/ClangTidyCheck.h>
#include <clang-tidy/ClangTidyModule.h>
#include <clang-tidy/ClangTidyModuleRegistry.h>
#include <clang/AST/ASTContext.h>
#include <clang/ASTMatchers/ASTMatchFinder.h>

#include <vector>

namespace {

using clang::ast_matchers::MatchFinder;

/// Finds nothing. It meets the root of the tree, which comes first, and narrows what comes after.
class OwnDeclarationsOnly : public clang::tidy::ClangTidyCheck {
 public:
  using ClangTidyCheck::ClangTidyCheck;

  void registerMatchers(MatchFinder* finder) override {
    finder->addMatcher(clang::ast_matchers::translationUnitDecl(), this);
  }

  void check(const MatchFinder::MatchResult& match) override {
    std::vector<clang::Decl*> ours;
    for (clang::Decl* declaration : match.Context->getTranslationUnitDecl()->decls()) {
      if (!match.SourceManager->isInSystemHeader(declaration->getLocation())) {
        ours.push_back(declaration);
      }
    }
    match.Context->setTraversalScope(ours);
  }
};

class Module : public clang::tidy::ClangTidyModule {
 public:
  void addCheckFactories(clang::tidy::ClangTidyCheckFactories& factories) override {
    factories.registerCheck<OwnDeclarationsOnly>("tercet-own-declarations-only");
  }
};

const clang::tidy::ClangTidyModuleRegistry::Add<Module> kAdded("tercet", "own declarations only");

}  // namespace
