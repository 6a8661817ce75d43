"""The input supports one version, the output another: no document is left."""

from inference_schema.parameter_types.abstract_parameter_type import AbstractParameterType
from inference_schema.schema_decorators import input_schema, output_schema


class OneVersion(AbstractParameterType):
    def __init__(self, version):
        super().__init__("sample")
        self.version = version

    def supported_versions(self):
        return [self.version]

    def deserialize_input(self, input_data):
        return input_data

    def input_to_swagger(self):
        return {"type": "string", "example": "sample"}


def init():
    pass


@input_schema("data", OneVersion("2.0"))
@output_schema(OneVersion("3.1"))
def run(data):
    return data
