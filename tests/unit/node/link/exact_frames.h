#pragma once

#include <gtest/gtest.h>

#include "core/base/bytes.h"
#include "core/base/result.h"

namespace tercet::node {

/// Encoding what was decoded gives the same bytes; no proper prefix and no longer text decodes.
template <class Message>
void expect_exact(const Message& message) {
  const Bytes encoded = message.encode();
  const Result<Message> decoded = Message::decode(encoded);
  ASSERT_TRUE(decoded.ok()) << decoded.error().to_string();
  EXPECT_EQ(decoded->encode(), encoded);
  for (std::size_t size = 0; size < encoded.size(); ++size) {
    EXPECT_FALSE(Message::decode(ByteView(encoded).first(size)).ok()) << size;
  }
  Bytes longer = encoded;
  longer.push_back(0);
  const Result<Message> decoded_longer = Message::decode(longer);
  ASSERT_FALSE(decoded_longer.ok());
  EXPECT_EQ(decoded_longer.error().code(), Errc::peer_malformed);
}

}  // namespace tercet::node
