"""Where long words may be broken in narrow columns, given by hand for the words that occur there."""

import re

BREAKS = (
    "con-duc-tiv-i-ty tem-per-a-ture pres-sure sa-lin-i-ty es-tu-ar-ies bound-ary elec-trodes plat-i-num "
    "boro-sil-i-cate de-pos-its mea-sure-ment foul-ing rec-om-mend ti-ta-ni-um at-ten-tion Av-er-ag-ing "
    "sup-press-es dis-tur-bance break-wa-ters in-ter-nal mem-o-ry read-ings in-ter-vals cal-i-bra-tion "
    "cal-i-bra-tions de-ploy-ment scratched re-paired re-placed min-utes trace-able stan-dard sea-wa-ter "
    "eve-ning re-search ves-sel Cor-mo-rant cur-rent in-stru-ment trans-mit-ter thou-sand ki-lo-me-tres "
    "dem-on-stra-tion en-trance cus-tomer's hous-ing pro-duc-tion man-ag-ing di-rec-tor suc-ces-sor "
    "elec-tron-ics as-sem-bly Sep-tem-ber No-vem-ber pan-els em-ploy-ee ex-pect-ed mega-watt build-ing "
    "Ap-pli-ca-tions des-sert pur-chas-ing plat-form ser-vice good-bye cal-i-brat-ed"
)
SOFT_HYPHEN = "\u00ad"
_BROKEN = {word.replace("-", ""): word.replace("-", SOFT_HYPHEN) for word in BREAKS.split()}


def with_soft_hyphens(text: str) -> str:
    return re.sub(r"[\w']+", lambda match: _BROKEN.get(match[0], match[0]), text)
