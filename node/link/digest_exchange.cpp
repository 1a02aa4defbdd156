#include "node/link/digest_exchange.h"

#include <algorithm>
#include <utility>

namespace tercet::node {
namespace {

using For = DigestQuestion::For;

/// Of one bucket: a million keys have four thousand entries in each.
constexpr std::size_t kPartsPerBucketMax = 64;

}  // namespace

DigestRoots DigestExchange::roots() const {
  DigestRoots message;
  for (std::size_t i = 0; i < kDigestTopics; ++i) {
    message.roots[i] = views_[i]->root();
  }
  return message;
}

bool DigestExchange::busy() const {
  return std::ranges::any_of(topics_, [](const Topic& topic) { return topic.asked.has_value(); });
}

std::vector<DigestQuestion> DigestExchange::on_roots(const DigestRoots& theirs) {
  std::vector<DigestQuestion> questions;
  for (std::size_t i = 0; i < kDigestTopics; ++i) {
    Topic& topic = topics_[i];
    if (topic.asked || theirs.roots[i] == views_[i]->root()) {
      continue;
    }
    topic = Topic();
    topic.asked.emplace();
    topic.asked->topic = static_cast<DigestTopic>(i);
    questions.push_back(*topic.asked);
  }
  return questions;
}

DigestAnswer DigestExchange::answer(const DigestQuestion& question) const {
  const DigestView& view = *views_[at(question.topic)];
  DigestAnswer answer;
  answer.topic = question.topic;
  answer.given = question.wanted;
  answer.bucket = question.bucket;
  answer.last = true;
  if (question.wanted == For::buckets) {
    answer.digests.assign(view.buckets().begin(), view.buckets().end());
    return answer;
  }
  for (const auto& [tag, id] : view.tags(question.bucket)) {
    if (question.wanted == For::names) {
      if (std::ranges::find(question.tags, tag) != question.tags.end()) {
        answer.names.emplace_back(id);
      }
    } else if (question.tags.empty() || tag > question.tags.front()) {
      answer.last = answer.digests.size() < kTagsPerAnswerMax;
      if (!answer.last) {
        break;
      }
      answer.digests.push_back(tag);
    }
  }
  return answer;
}

Result<DigestExchange::Step> DigestExchange::on_answer(const DigestAnswer& answer) {
  Topic& topic = topics_[at(answer.topic)];
  if (!topic.asked || topic.asked->wanted != answer.given || topic.asked->bucket != answer.bucket) {
    return Error(Errc::peer_malformed, "digest answer: nothing of the kind was asked");
  }
  const std::vector<ShortDigest> asked = std::move(topic.asked->tags);
  topic.asked.reset();
  Step step;
  if (answer.given == For::buckets) {
    on_buckets(topic, answer);
  } else if (answer.given == For::tags) {
    TERCET_TRY_STATUS(on_tags(topic, answer));
  } else if (answer.names.size() > asked.size()) {
    return Error(Errc::peer_malformed, "digest answer: more names than were asked for");
  }
  for (const std::string& name : answer.names) {
    const std::optional<ShortDigest> own = views_[at(answer.topic)]->tag_of(name);
    if (own && std::ranges::find(asked, *own) != asked.end()) {
      continue;  // it came here while the peer was asked
    }
    step.differences.emplace_back(answer.topic, name);
  }
  step.ask = next(answer.topic, topic);
  topic.asked = step.ask;
  return step;
}

Status DigestExchange::on_tags(Topic& topic, const DigestAnswer& answer) {
  if (++topic.parts > kPartsPerBucketMax) {
    return Error(Errc::peer_malformed, "digest answer: more tags than a bucket may have");
  }
  const auto own = views_[at(answer.topic)]->tags(answer.bucket);
  for (const ShortDigest& tag : answer.digests) {
    if (topic.after && tag <= *topic.after) {
      return Error(Errc::peer_malformed, "digest answer: tags out of order");
    }
    topic.after = tag;
    const auto known = std::ranges::lower_bound(
        own, tag, std::ranges::less(), [](const auto& entry) { return entry.first; });
    if (known == own.end() || known->first != tag) {
      topic.unknown.push_back(tag);
    }
  }
  if (!answer.last && answer.digests.empty()) {
    return Error(Errc::peer_malformed, "digest answer: no tags, and more to come");
  }
  topic.all_tags = answer.last;
  return ok_status();
}

void DigestExchange::on_buckets(Topic& topic, const DigestAnswer& answer) const {
  const DigestView::Buckets& own = views_[at(answer.topic)]->buckets();
  for (std::size_t b = 0; b < kDigestBuckets; ++b) {
    if (answer.digests[b] != own[b]) {
      topic.to_compare.push_back(static_cast<std::uint8_t>(b));
    }
  }
}

std::optional<DigestQuestion> DigestExchange::next(DigestTopic name, Topic& topic) const {
  DigestQuestion question;
  question.topic = name;
  const bool names_due = topic.unknown.size() >= kNamesPerAnswerMax || topic.all_tags;
  if (names_due && !topic.unknown.empty()) {
    const std::size_t count = std::min(topic.unknown.size(), kNamesPerAnswerMax);
    question.wanted = For::names;
    question.bucket = topic.to_compare.front();
    question.tags.assign(topic.unknown.end() - static_cast<std::ptrdiff_t>(count),
                         topic.unknown.end());
    topic.unknown.resize(topic.unknown.size() - count);
    return question;
  }
  if (topic.all_tags) {
    topic.to_compare.pop_front();
    topic.all_tags = false;
    topic.after.reset();
    topic.parts = 0;
  }
  if (topic.to_compare.empty()) {
    return std::nullopt;
  }
  question.wanted = For::tags;
  question.bucket = topic.to_compare.front();
  if (topic.after) {
    question.tags.push_back(*topic.after);
  }
  return question;
}

}  // namespace tercet::node
