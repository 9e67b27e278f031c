"""What decided the quality of a value, in words: the name of a QC test or of a decision in, Chinese and English out."""

from __future__ import annotations

from collections.abc import Mapping

from monitoring_ingest.quality.flags import Quality
from monitoring_ingest.readings.messages import Message

FOUND: Mapping[str, Message] = {
    "gross_range": Message("超出可能范围", "outside the possible range"),
    "seasonal_range": Message("超出当月范围", "outside the range of the month"),
    "spike": Message("尖峰", "spike"),
    "spike_of_flow": Message("流量尖峰", "spike of the flow"),
    "rate_of_change": Message("变化过快", "changes too fast"),
    "flat_line": Message("平线", "flat line"),
    "part_of_whole": Message("部分大于整体", "part larger than the whole"),
    "oxygen_saturation": Message("溶解氧饱和度出界", "oxygen saturation out of range"),
    "ions_carry_current": Message("pH 与电导率矛盾", "pH and conductivity contradict each other"),
    "shifted_clock": Message("时钟疑差八小时", "clock seems eight hours off"),
    "laboratory_drift": Message("与实验室值不符", "stands off from the laboratory"),
    "between_sections": Message("与上游断面不符", "stands off from the section upstream"),
    "against_history": Message("与本站历史相差悬殊", "far from the station's own history"),
    "released": Message("复核放行", "released on review"),
    "removed": Message("复核剔除", "removed on review"),
    "restored": Message("复核恢复", "restored on review"),
}
QUALITIES: Mapping[Quality, Message] = {
    Quality.NOT_EVALUATED: Message("未评", "not evaluated"),
    Quality.RELIABLE: Message("可靠", "reliable"),
    Quality.DOUBTFUL: Message("存疑", "doubtful"),
    Quality.UNRELIABLE: Message("不可靠", "unreliable"),
    Quality.MISSING: Message("缺测", "missing"),
}
