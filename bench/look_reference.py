"""What onnxruntime in Python finds in the same pictures with the same model, on one thread, and how long it takes.

look_reference.py MODEL LABELS PICTURES THRESHOLD   (needs onnxruntime, numpy, pillow; run by the example look_bench)
"""

import functools
import json
import sys
import time
from pathlib import Path

import numpy
import onnxruntime
from PIL import Image

SIZE = 352
OVERLAP = 0.45


def main(model, labels, pictures, threshold):
    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = 1
    options.inter_op_num_threads = 1
    session = onnxruntime.InferenceSession(model, options, providers=["CPUExecutionProvider"])
    names = Path(labels).read_text().split("\n")
    name = session.get_inputs()[0].name
    infer = boxes = 0.0
    found = {}
    paths = sorted(Path(pictures).glob("*.jpg"))
    session.run(None, {name: numpy.zeros((1, 3, SIZE, SIZE), numpy.float32)})
    for path in paths:
        image = Image.open(path).convert("RGB")
        image.load()
        samples = numpy.asarray(image, numpy.float32)[:, :, ::-1].transpose(2, 0, 1)
        planes = area(samples.shape[1]) @ samples @ area(samples.shape[2]).T
        planes = numpy.ascontiguousarray(planes[None], numpy.float32) / numpy.float32(255)
        began = time.perf_counter()
        output = session.run(None, {name: planes})[0][0]
        inferred = time.perf_counter()
        found[path.name] = read_boxes(output, names, threshold)
        infer += inferred - began
        boxes += time.perf_counter() - inferred
    each = 1000 / max(len(paths), 1)
    json.dump(
        {
            "runtime": f"onnxruntime {onnxruntime.__version__}",
            "infer_ms": infer * each,
            "boxes_ms": boxes * each,
            "found": found,
        },
        sys.stdout,
    )


@functools.cache
def area(size):
    """The matrix that makes SIZE means of equal areas out of `size` samples (OpenCV's INTER_AREA; Pillow has none)."""
    edges = numpy.arange(SIZE + 1) * size / SIZE
    begin, end = edges[:-1, None], edges[1:, None]
    sample = numpy.arange(size)[None]
    cover = numpy.clip(numpy.minimum(end, sample + 1) - numpy.maximum(begin, sample), 0, None)
    return (cover / cover.sum(1, keepdims=True)).astype(numpy.float32)


def read_boxes(output, names, threshold):
    """Objectness, centre (tanh, in cells), size (sigmoid), class scores, for each cell; then suppression per class."""
    rows, columns = output.shape[1:]
    classes = output[5:].argmax(0)
    score = output[0] * output[5:].max(0)
    candidates = []
    for row, column in zip(*numpy.nonzero(score > threshold)):
        x = (column + numpy.tanh(output[1, row, column])) / columns
        y = (row + numpy.tanh(output[2, row, column])) / rows
        w, h = 1 / (1 + numpy.exp(-output[3:5, row, column]))
        left, top, right, bottom = numpy.clip([x - w / 2, y - h / 2, x + w / 2, y + h / 2], 0, 1)
        candidates.append((float(score[row, column]), int(classes[row, column]), left, top, right, bottom))
    kept = []
    for box in sorted(candidates, reverse=True):
        if all(box[1] != other[1] or overlap(box, other) <= OVERLAP for other in kept):
            kept.append(box)
    return [
        {"label": names[c], "score": s, "x": float(l), "y": float(t), "w": float(r - l), "h": float(b - t)}
        for s, c, l, t, r, b in kept
    ]


def overlap(a, b):
    width = max(0, min(a[4], b[4]) - max(a[2], b[2]))
    height = max(0, min(a[5], b[5]) - max(a[3], b[3]))
    both = width * height
    return both / ((a[4] - a[2]) * (a[5] - a[3]) + (b[4] - b[2]) * (b[5] - b[3]) - both)


if __name__ == "__main__":
    main(sys.argv[1], sys.argv[2], sys.argv[3], float(sys.argv[4]))
