"""Parameter types of the user's own, one that converts and one whose values are objects already."""

from inference_schema.parameter_types.abstract_parameter_type import AbstractParameterType
from inference_schema.schema_decorators import input_schema


class Reversed(AbstractParameterType):
    def __init__(self, sample):
        super().__init__(sample)

    def deserialize_input(self, input_data):
        return Marked(input_data[::-1])

    def input_to_swagger(self):
        return {"type": "string", "format": "reversed", "example": "cba"}


class Untouched(Reversed):
    def __init__(self, sample):
        super().__init__(sample)
        self.sample_data_type = object


class Marked(str):
    pass


def init():
    pass


@input_schema("text", Reversed(Marked("abc")))
@input_schema("other", Untouched(Marked("abc")))
def run(text, other="none"):
    return [type(text).__name__, text, type(other).__name__, other]
