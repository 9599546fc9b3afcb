"""PyTorch through torch.compile."""

import runner
import torch_loop

runner.serve(torch_loop.Compiled)
