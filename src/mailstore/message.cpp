#include "mailstore/message.hpp"

namespace freehold::mailstore {}
