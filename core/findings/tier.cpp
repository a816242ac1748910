// SPDX-License-Identifier: Apache-2.0
#include "core/findings/tier.h"

#include <string_view>

namespace gordian {

std::string_view name(Tier tier) {
  switch (tier) {
    case Tier::actual:
      return "actual";
    case Tier::confirmed:
      return "confirmed";
    case Tier::plausible:
      return "plausible";
    case Tier::guarded:
      return "guarded";
    case Tier::ordered:
      return "ordered";
    case Tier::single_thread:
      return "single-thread";
    case Tier::observed:
      return "observed";
    case Tier::static_only:
      return "static";
  }
  return "unknown";
}

std::string_view name(Severity severity) {
  switch (severity) {
    case Severity::note:
      return "note";
    case Severity::warning:
      return "warning";
    case Severity::error:
      return "error";
  }
  return "unknown";
}

std::string_view name(BaselineState state) {
  switch (state) {
    case BaselineState::none:
      return "";
    case BaselineState::fresh:
      return "new";
    case BaselineState::known:
      return "known";
  }
  return "unknown";
}

bool is_open(const Finding& finding) {
  return !finding.suppressed && finding.baseline != BaselineState::known;
}

Severity severity(Tier tier, Severity of_rule) {
  const bool harmless = tier == Tier::guarded || tier == Tier::ordered || tier == Tier::single_thread;
  return harmless ? Severity::note : of_rule;
}

}  // namespace gordian
