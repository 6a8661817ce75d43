"""What the Azure names raise."""

from __future__ import annotations

from scoring_runtime.compat.exceptions import AzureMLException, ModelNotFoundException, WebserviceException

__all__ = ["AzureMLException", "ModelNotFoundException", "WebserviceException"]
