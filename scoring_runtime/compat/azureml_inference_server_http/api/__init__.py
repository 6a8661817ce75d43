"""The canonical raw-HTTP names: `aml_request` and `aml_response`."""
