"""Answers with the numbers of threads that numeric libraries would use."""

import os

import numpy as np
import onnxruntime
from threadpoolctl import threadpool_info


def init():
    print("numpy", np.__version__)


def run(data):
    return {
        "openmp": os.environ.get("OMP_NUM_THREADS"),
        "numpy": [pool["num_threads"] for pool in threadpool_info()],
        "onnxruntime": onnxruntime.SessionOptions().intra_op_num_threads,
    }
