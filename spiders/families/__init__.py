"""The CMS families whose sites we can read: one module each, `FAMILIES` by name."""

from collections.abc import Mapping
from types import MappingProxyType

from spiders.families.epi import Epi
from spiders.families.epi_old import EpiOld
from spiders.families.family import Family
from spiders.families.liferay import Liferay
from spiders.families.mastercms import MasterCms
from spiders.families.moh_portal import MohPortal
from spiders.families.sitefinity import Sitefinity
from spiders.families.vccorp import VcCorp
from spiders.families.vnexpress import VnExpress
from spiders.families.wordpress import WordPress

_ALL: tuple[Family, ...] = (
    Epi(),
    EpiOld(),
    Liferay(),
    MasterCms(),
    MohPortal(),
    Sitefinity(),
    VcCorp(),
    VnExpress(),
    WordPress(),
)

FAMILIES: Mapping[str, Family] = MappingProxyType({family.name: family for family in _ALL})
