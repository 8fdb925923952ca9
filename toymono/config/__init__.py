"""What to train: Config fixes shapes and program, Hyper holds one member's numbers, Sweep names
many models.

This folder imports nothing heavy, so that the command line can check its input before it loads JAX.
"""

from toymono.config.architectures import ARCHITECTURES as ARCHITECTURES
from toymono.config.architectures import Architecture as Architecture
from toymono.config.config import FILLED_BY_COMPONENTS as FILLED_BY_COMPONENTS
from toymono.config.config import KINDS_CHOSEN as KINDS_CHOSEN
from toymono.config.config import LATER as LATER
from toymono.config.config import NO_SETTINGS as NO_SETTINGS
from toymono.config.config import ArchitectureName as ArchitectureName
from toymono.config.config import Config as Config
from toymono.config.config import Connectivity as Connectivity
from toymono.config.config import Embedding as Embedding
from toymono.config.config import Initialization as Initialization
from toymono.config.config import MatmulPrecision as MatmulPrecision
from toymono.config.config import RecordParams as RecordParams
from toymono.config.config import RecordPhase as RecordPhase
from toymono.config.hyper import CORE_NUMBERS as CORE_NUMBERS
from toymono.config.hyper import Hyper as Hyper
from toymono.config.hyper import Scalar as Scalar
from toymono.config.hyper import known_numbers as known_numbers
from toymono.config.hyper import left_out as left_out
from toymono.config.hyper import own_numbers as own_numbers
from toymono.config.hyper import setting_numbers as setting_numbers
from toymono.config.sweep import Sweep as Sweep
from toymono.config.sweep import used_components as used_components
from toymono.errors import InputError as InputError
from toymono.errors import require as require
