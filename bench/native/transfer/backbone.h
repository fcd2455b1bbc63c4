// What the backbones of this program have in common, and the one that does next to nothing.
#pragma once

#include "lite0.h"

// Means of 32 x 32 patches, each channel by itself, and a random projection drawn from the default generator.
Backbone make_pool();
