#pragma once

#include <functional>
#include <string>

#include "tests/conformance/fixture.h"

/// GetKeyMetadata requests of which something is wrong, or unusual, in how they are signed.
namespace tercet::test {

using Bend = std::function<void(XksMessage&)>;

inline void nothing(XksMessage&) {}

/// A request that is signed after `before` and sent after `after` has been at it.
XksReply ask(const Bend& before, const Bend& after, const std::string& signed_headers);
XksReply bent_before(const Bend& before, const std::string& names = "host;x-amz-date");
XksReply bent_after(const Bend& after);

XksReply with_credential(const LiveCredential& credential);
/// Changes the Authorization value, once it is made.
XksReply with_authorization(const std::function<std::string(std::string)>& change);
/// One occurrence of `old` in it.
XksReply with_replaced(const std::string& old, const std::string& fresh);
std::string replaced(std::string text, const std::string& old, const std::string& fresh);

/// Row 56 too: all bodies are the same.
void expect_401(const XksReply& reply);
void expect_200(const XksReply& reply);

}  // namespace tercet::test
