"""What each host function tells of the contents of granted data: one row a function or a family of them.

Read by egress_table.py. A key is INTERFACE.FUNCTION as in run.json's `calls`, where `*` stands for any part of a name; the
most exact key wins. Operators (`ops.*`) are not here: wit/ops.wit marks them.

A class is one of
  free       tells nothing of contents: metadata of grants, or of what the guest chose itself;
  charged    tells contents, and counts them before they leave;
  dependent  its success depends on contents: counted, and refused, or the run ended, by `--deny content-dependent`.
"""

FREE, CHARGED, DEPENDENT = "free", "charged", "dependent"

CLASSES = {
    # Dropping a handle answers nothing.
    "*.drop": (FREE, "answers nothing"),
    # ---- tensors ----
    "tensors.tensor.from-bytes": (FREE, "the guest's own bytes"),
    "tensors.tensor.shape": (FREE, "metadata; a shape that depends on contents was counted by the operator that made it"),
    "tensors.tensor.size": (FREE, "as `shape`"),
    "tensors.tensor.numel": (FREE, "as `shape`"),
    "tensors.tensor.is-same-size": (FREE, "as `shape`"),
    "tensors.tensor.dtype": (FREE, "metadata"),
    "tensors.tensor.device": (FREE, "metadata"),
    "tensors.tensor.read": (CHARGED, "`read`: numel × element size"),
    "tensors.tensor.item": (CHARGED, "`read`: 8"),
    # ---- autograd ----
    "autograd.set-mode": (FREE, "answers nothing"),
    "autograd.get-mode": (FREE, "the guest's own setting; `checkpoints.restore` counts one that it brings back"),
    "autograd.requires-grad": (FREE, "the graph, which follows from the calls"),
    "autograd.set-requires-grad": (FREE, "its success follows from the graph and the dtype"),
    "autograd.backward": (DEPENDENT, "`outcome`: 8 when it fails for memory, since what the gradients of `prod`, "
                                     "`cumprod` and `masked-fill` take of it depends on contents; nothing otherwise. "
                                     "Denied, such a failure ends the run"),
    "autograd.grad": (FREE, "whether there is one follows from the graph"),
    "autograd.zero-grad": (FREE, "its success follows from the graph"),
    "autograd.detach": (FREE, "metadata"),
    # ---- optimizers ----
    "optimizers.optimizer.sgd": (FREE, "its success follows from options, shapes and the graph"),
    "optimizers.optimizer.adam": (FREE, "as `sgd`"),
    "optimizers.optimizer.adamw": (FREE, "as `sgd`"),
    "optimizers.optimizer.rmsprop": (FREE, "as `sgd`"),
    "optimizers.optimizer.step": (FREE, "its success follows from shapes"),
    "optimizers.optimizer.zero-grad": (FREE, "its success follows from the graph"),
    "optimizers.optimizer.set-lr": (FREE, "the guest's own number"),
    "optimizers.optimizer.lr": (FREE, "the guest's own number; `checkpoints.restore` counts one that it brings back"),
    "optimizers.optimizer.clip-grad-norm": (FREE, "the norm is a tensor; its success follows from shapes"),
    "optimizers.optimizer.clip-grad-value": (FREE, "its success follows from shapes"),
    # ---- models ----
    "models.model.open": (DEPENDENT, "`outcome`: 8 for a file that is damaged or cannot be read; nothing otherwise. "
                                     "Denied, such a failure ends the run"),
    "models.model.names": (FREE, "granted with the model"),
    "models.model.parameter": (FREE, "a handle; names, shapes and dtypes are granted with the model"),
    "models.model.parameters": (FREE, "as `parameter`"),
    "models.model.forward": (FREE, "always fails: weights have no program"),
    # ---- datasets ----
    "datasets.dataset.open": (DEPENDENT, "`outcome`: 8 for data that are damaged or cannot be read; nothing otherwise. "
                                         "Denied, such a failure ends the run"),
    "datasets.dataset.len": (FREE, "granted with the dataset"),
    "datasets.dataset.columns": (CHARGED, "`read`: for a CSV file the words of its columns, and 1 each; `outcome`: 1 with "
                                          "them. Names, shapes, dtypes and names of classes elsewhere are granted"),
    "datasets.dataset.shuffle": (FREE, "the order depends on the seed alone"),
    "datasets.dataset.narrow": (FREE, "its success follows from `len`"),
    "datasets.dataset.split": (FREE, "its success follows from `len`"),
    "datasets.dataset.sample": (DEPENDENT, "by classes, `outcome`: 1, and 8 more for data that cannot be read; by samples "
                                           "it tells nothing. Denied, draws by classes are refused"),
    "datasets.dataset.windows": (FREE, "its success follows from shapes"),
    "datasets.dataset.batches": (CHARGED, "`metrics`: its options as text, which run.json repeats"),
    "datasets.batches.next": (DEPENDENT, "`outcome`: 8 for data that are damaged, and 8 for each file that `--skip-broken` "
                                         "leaves out of a batch. Denied, either ends the run"),
    # ---- outputs ----
    "outputs.save-tensor": (CHARGED, "`output`: the output's name; 8 for the name `tensor` and its dtype, 8 a dimension, "
                                     "the contents"),
    "outputs.save-tensors": (CHARGED, "`output`: the output's name; a tensor its name, 2, 8 a dimension, the contents"),
    "outputs.save-text": (CHARGED, "`output`: the output's name and the text"),
    "outputs.scalar": (CHARGED, "`metrics`: the name and 16"),
    "outputs.matrix": (CHARGED, "`metrics`: the name; labels, 1 each and 1 a side; 8 a value"),
    "outputs.phase": (CHARGED, "`metrics`: the name, and 8 for a total"),
    "outputs.progress": (CHARGED, "`metrics`: 16"),
    # ---- checkpoints ----
    "checkpoints.save": (CHARGED, "`output`: the name, 48 for the instance's state, the position; tensors as in "
                                  "`save-tensors`; an optimizer its name, 10, 8 a parameter, its tensors"),
    "checkpoints.restore": (DEPENDENT, "in a run that resumes another `outcome`: 1; `read`: the position, 48, and 10 an "
                                       "optimizer, or the sentence about another model; `outcome`: 8 for a file that is "
                                       "damaged. Denied, the latter ends the run"),
    # ---- WASI ----
    "wasi:cli/environment.*": (FREE, "the operator's arguments; no variables, no folder"),
    "wasi:cli/exit.*": (CHARGED, "`exit`: 2 a run"),
    "wasi:cli/stdin.*": (FREE, "a handle"),
    "wasi:cli/stdout.*": (FREE, "a handle"),
    "wasi:cli/stderr.*": (FREE, "a handle"),
    "wasi:cli/terminal-*": (FREE, "there is none"),
    "wasi:clocks/monotonic-clock.*": (FREE, "virtual: it moves with readings and sleeps alone. Where `clock` is granted "
                                            "it shows time, which is not counted"),
    "wasi:clocks/wall-clock.*": (FREE, "as the monotonic clock"),
    "wasi:filesystem/*": (FREE, "no folder is open"),
    "wasi:io/error.*": (FREE, "no stream fails"),
    "wasi:io/poll.*": (FREE, "as the clocks"),
    "wasi:io/streams.input-stream.*": (FREE, "at its end from the start"),
    "wasi:io/streams.output-stream.check-write": (FREE, "always the same"),
    "wasi:io/streams.output-stream.flush": (FREE, "answers nothing"),
    "wasi:io/streams.output-stream.blocking-flush": (FREE, "answers nothing"),
    "wasi:io/streams.output-stream.subscribe": (FREE, "always ready"),
    "wasi:io/streams.output-stream.splice": (FREE, "the input is at its end"),
    "wasi:io/streams.output-stream.blocking-splice": (FREE, "the input is at its end"),
    "wasi:io/streams.output-stream.*write*": (CHARGED, "`stdout`: the bytes, and 1 for the stream; past the limit the run "
                                                       "ends"),
    "wasi:random/*": (FREE, "from the seed, or the machine's generator where it is granted"),
}
