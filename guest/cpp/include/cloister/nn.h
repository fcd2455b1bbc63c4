// Layers with parameters, initialised as PyTorch initialises them: for the same generator they hold the numbers that
// torch::nn's layers hold. Their parameters and buffers have PyTorch's names.
#pragma once

#include "cloister/nn/attention.h"
#include "cloister/nn/containers.h"
#include "cloister/nn/convolution.h"
#include "cloister/nn/linear.h"
#include "cloister/nn/module.h"
#include "cloister/nn/normalization.h"
#include "cloister/nn/recurrent.h"
