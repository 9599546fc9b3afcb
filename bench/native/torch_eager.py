"""PyTorch as it runs by default."""

import runner
import torch_loop

runner.serve(torch_loop.Eager)
