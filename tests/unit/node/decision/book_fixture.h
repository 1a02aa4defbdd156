#pragma once

#include <array>
#include <map>
#include <memory>
#include <set>
#include <vector>

#include "core/random/deterministic.h"
#include "node/decision/decision_book.inl.h"

namespace tercet::node {

/// What a book keeps, in memory: a whole transaction or nothing of it.
class MemoryDecisions final : public DecisionStorage {
 public:
  Result<std::vector<DecisionRecord>> open_decisions() const override {
    std::vector<DecisionRecord> open;
    for (const auto& [sid, record] : kept_.records) {
      const bool refresh_unfinished = record.name.kind == DecisionKind::refresh &&
                                      record.outcome == Outcome::yes && !record.finished;
      if (record.outcome == Outcome::open || refresh_unfinished) {
        open.push_back(record);
      }
    }
    return open;
  }

  Result<std::optional<DecisionRecord>> find(const SessionId& sid) const override {
    const auto found = kept_.records.find(sid);
    return found == kept_.records.end() ? std::nullopt : std::optional(found->second);
  }

  Status atomically(const std::function<Status()>& work) override {
    const Kept before = kept_;
    Status done = fail_next_ ? Status(Error(Errc::storage_error, "the disk is full")) : work();
    fail_next_ = false;
    if (!done) {
      kept_ = before;
    }
    return done;
  }

  Status put(const DecisionRecord& record) override {
    TERCET_TRY(DecisionRecord again, DecisionRecord::decode(record.encode()));
    kept_.records.insert_or_assign(record.name.sid, std::move(again));
    return ok_status();
  }

  Status make_current(const DecisionRecord& record) override {
    kept_.current.insert(record.name.sid);
    return ok_status();
  }

  Status drop_set(const DecisionRecord& record) override {
    kept_.sets.erase(record.name.sid);
    return ok_status();
  }

  Status destroy_old(const DecisionRecord& record) override {
    kept_.old_destroyed.insert(record.name.sid);
    return ok_status();
  }

  /// What a session writes with its YES.
  Status write_set(const SessionId& sid) {
    kept_.sets.insert(sid);
    return ok_status();
  }

  void fail_next() { fail_next_ = true; }

  bool is_current(const SessionId& sid) const { return kept_.current.contains(sid); }

  bool has_set(const SessionId& sid) const { return kept_.sets.contains(sid); }

  bool old_destroyed(const SessionId& sid) const { return kept_.old_destroyed.contains(sid); }

 private:
  struct Kept {
    std::map<SessionId, DecisionRecord> records;
    std::set<SessionId> sets;
    std::set<SessionId> current;
    std::set<SessionId> old_destroyed;
  };

  Kept kept_;
  bool fail_next_ = false;
};

/// Three books with real signatures; messages wait until a test lets them go.
template <class Rules = FullLifeRules>
class ThreeBooks {
 public:
  using Book = BasicDecisionBook<Rules>;

  ThreeBooks() {
    electorate_.cluster = ClusterId(random_.array<16>());
    electorate_.membership = MembershipNumber(1);
    for (std::size_t i = 0; i < 3; ++i) {
      keys_.push_back(SigningKey::generate(random_));
      electorate_.keys[i] = keys_[i].public_key();
    }
    for (const mpc::PartyIndex node : mpc::kAllParties) {
      restart(node);
    }
  }

  static std::size_t at(mpc::PartyIndex node) { return mpc::number(node) - 1U; }

  Book& book(mpc::PartyIndex node) { return *books_[at(node)]; }

  MemoryDecisions& store(mpc::PartyIndex node) { return stores_[at(node)]; }

  const SigningKey& key(mpc::PartyIndex node) const { return keys_[at(node)]; }

  const Electorate& electorate() const { return electorate_; }

  /// The process ends and starts again; what was under way to and from it is lost.
  void restart(mpc::PartyIndex node) {
    books_[at(node)] =
        std::make_unique<Book>(electorate_, node, keys_[at(node)], stores_[at(node)]);
    TERCET_CHECK(books_[at(node)]->load(now).ok());
    std::erase_if(under_way_, [node](const Message& message) {
      return message.to == node || message.from == node;
    });
  }

  DecisionName new_name(DecisionKind kind = DecisionKind::make) {
    return DecisionName(kind, electorate_.membership, SessionId(random_.array<32>()));
  }

  DecidedKey some_key(std::string_view id = "key-1") {
    return DecidedKey(KeyId::parse(id).value(), KeyVersion(1), CommandId());
  }

  void begin_at_all(const DecisionName& name, const std::vector<DecidedKey>& decided) {
    for (const mpc::PartyIndex node : mpc::kAllParties) {
      TERCET_CHECK(book(node).begin(name, decided, now).ok());
    }
  }

  Status vote(mpc::PartyIndex node, const DecisionName& name) {
    TERCET_TRY(DecisionStep step, book(node).vote_yes(name.sid, true, [&] {
      return store(node).write_set(name.sid);
    }));
    take(node, std::move(step));
    return ok_status();
  }

  void break_off(mpc::PartyIndex node, const DecisionName& name) {
    Result<DecisionStep> step = book(node).break_off(name.sid, now);
    TERCET_CHECK(step.ok());
    take(node, std::move(step).value());
  }

  /// Each node tells both peers what is open, as it does every 5 s.
  void ask_all() {
    for (const mpc::PartyIndex node : mpc::kAllParties) {
      for (const DecisionNews& news : book(node).open_news()) {
        under_way_.push_back({node, mpc::next(node), news.encode()});
        under_way_.push_back({node, mpc::previous(node), news.encode()});
      }
    }
  }

  Status say(mpc::PartyIndex from, mpc::PartyIndex to, const DecisionNews& news) {
    TERCET_TRY(DecisionStep step, book(to).hear(from, news, now));
    take(to, std::move(step));
    return ok_status();
  }

  /// Lets everything arrive, and what is said to that.
  void deliver_all() {
    while (!under_way_.empty()) {
      const Message message = under_way_.front();
      under_way_.erase(under_way_.begin());
      const Result<DecisionNews> news = DecisionNews::decode(message.news);
      TERCET_CHECK(news.ok());
      TERCET_CHECK(say(message.from, message.to, *news).ok());
      ++delivered_;
    }
  }

  void lose_all() { under_way_.clear(); }

  void lose_to(mpc::PartyIndex node) {
    std::erase_if(under_way_, [node](const Message& message) { return message.to == node; });
  }

  std::size_t delivered() const { return delivered_; }

  bool current_at_all(const DecisionName& name) {
    return std::ranges::all_of(mpc::kAllParties, [&](mpc::PartyIndex node) {
      return store(node).is_current(name.sid) && book(node).report().empty();
    });
  }

  bool dropped_at_all(const DecisionName& name) {
    return std::ranges::all_of(mpc::kAllParties, [&](mpc::PartyIndex node) {
      return !store(node).has_set(name.sid) && book(node).report().empty();
    });
  }

  NodeSet double_voters;  ///< that any node was told of
  NodeSet rolled_back;    ///< nodes that met a vote of their own that they do not know
  SteadyTime now{};
  std::vector<DecisionRecord> ended;

 private:
  struct Message {
    mpc::PartyIndex from;
    mpc::PartyIndex to;
    Bytes news;
  };

  void take(mpc::PartyIndex node, DecisionStep step) {
    for (DecisionStep::Outgoing& one : step.to_send) {
      under_way_.push_back({node, one.to, one.news.encode()});
    }
    double_voters = double_voters | step.double_voters;
    if (step.own_vote_unknown) {
      rolled_back.add(node);
    }
    ended.insert(ended.end(), step.ended.begin(), step.ended.end());
  }

  DeterministicRandom random_{as_bytes("three books")};
  Electorate electorate_;
  std::vector<SigningKey> keys_;
  std::array<MemoryDecisions, 3> stores_;
  std::array<std::unique_ptr<Book>, 3> books_;
  std::vector<Message> under_way_;
  std::size_t delivered_ = 0;
};

}  // namespace tercet::node
