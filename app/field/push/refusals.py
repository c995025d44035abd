"""Why the batch itself does not take a command. What the command's own handler refuses comes from its slice."""

from app.core.errors import DomainError


class DeviceNeeded(DomainError):
    """Each phone has a sequence of its own: sign in with a device."""

    status = 403
    code = "device_needed"


class CommandUnreadable(DomainError):
    """It has the wrong shape. The problem says where."""

    status = 400
    code = "request_invalid"


class CommandOfFuture(DomainError):
    """Its time is still to come, by any clock that the phone had."""

    status = 400
    code = "command_of_future"


class CommandUnknown(DomainError):
    """There is no such kind of command."""

    status = 422
    code = "command_unknown"


class NumberMissing(DomainError):
    """A command of a batch needs a number."""

    status = 422
    code = "sequence_missing"


class NumberTooFar(DomainError):
    """Too many commands would wait. `expected_seq` is what is missing."""

    status = 409
    code = "sequence_too_far"


class SequenceGap(DomainError):
    """It waits for `expected_seq`."""

    status = 202
    code = "sequence_gap"


class WaitsForEarlier(DomainError):
    """It waits for `command_id`, an earlier command about the same thing."""

    status = 202
    code = "waits_for_earlier"


class CommandUnstorable(DomainError):
    """It has a value that cannot be stored."""

    status = 400
    code = "request_invalid"


class CommandFailed(DomainError):
    """A fault of ours. The command is kept and may be sent again."""

    status = 500
    code = "internal"
