// The C++ SDK of Cloister: write workloads that read like libtorch. docs/sdk.md tells the rules.
#pragma once

#include "cloister/args.h"
#include "cloister/autograd.h"
#include "cloister/checkpoint.h"
#include "cloister/data.h"
#include "cloister/error.h"
#include "cloister/grants.h"
#include "cloister/lr_scheduler.h"
#include "cloister/main.h"
#include "cloister/model.h"
#include "cloister/nn.h"
#include "cloister/ops.h"
#include "cloister/optim.h"
#include "cloister/output.h"
#include "cloister/scalar.h"
#include "cloister/tensor.h"
