-- Written by commit 5fd3776 on SQLite: its dump, word for word.
BEGIN TRANSACTION;
CREATE TABLE access_keys (
	name TEXT NOT NULL, 
	sha256 TEXT NOT NULL, 
	created_at TEXT NOT NULL, 
	stations TEXT, 
	expires_at TEXT, 
	revoked_at TEXT, 
	previous_sha256 TEXT, 
	previous_until TEXT, 
	PRIMARY KEY (sha256), 
	UNIQUE (name)
);
INSERT INTO "access_keys" VALUES('示例监测中心','6f5a0f4d2b7f9536a644c49984898b6b1df5a20c65121fd1754c3c55d12a2c1f','2023-04-10T01:03:00.011106Z','demo-qx2','2025-09-26T01:10:00.012340Z',NULL,NULL,NULL);
CREATE TABLE agreement_texts (
	sha256 TEXT NOT NULL, 
	code TEXT NOT NULL, 
	text TEXT NOT NULL, 
	PRIMARY KEY (sha256)
);
INSERT INTO "agreement_texts" VALUES('c9a372e982ff3a4485eac908ec7adb3a9a8ef145bbc7824048084d9008cda096','demo-small-monthly','# 虚构的协议，用来展示：逐月类别 → 每类金额 → 封顶 → 分。地名、金额、数据都是编的。
code: demo-small-monthly
title: 示例：清溪逐月断面水质类别补偿协议（虚构）
source: 虚构的示例协议，没有任何真实文本
basin: demo-qingxi
standard: gb3838-2002
starts: 2023-01-01
ends: 2099-12-31  # 没有终止日期
parties: [shanzhou, pingzhou, haizhou]
every: month
data:
  min_readings_a_day: {value: 1, source: 示例协议第六条}
  min_days_a_month: {value: 1, source: 示例协议第六条}
  statuses: {value: [正常], source: 示例协议第六条}
  compare: {value: rounded, source: 示例协议第七条：先修约后比较}
  non_detect: {value: half, source: 示例协议第七条}
  missing_month: {value: stop, source: 示例协议第七条}
money:
  place: fen
  mode: {value: half_up, source: 示例协议第八条}
sections:
  qingxi-2:
    target: {value: 3, source: 示例协议第三条}
  qingxi-3:
    target: {value: 3, source: 示例协议第三条}
clauses:
  - ref: "4.1"
    title: 逐月类别补偿
    source: 示例协议第四条：界上断面当月类别比目标每好一类，下游付上游50万元；每差一类，上游付下游50万元；每断面每月以100万元为限
    each: {section: [qingxi-2, qingxi-3]}
    measure:
      kind: quality_class
      indicators: [ph, do, codmn, nh3n, tp]
      against: target
      expressed: difference
    scale: [{rate: -50}]
    cap: 100
    pays: downstream
    receives: upstream
');
CREATE TABLE alarms (
	id INTEGER NOT NULL, 
	station TEXT NOT NULL, 
	event TEXT NOT NULL, 
	at TEXT NOT NULL, 
	recorded_at TEXT NOT NULL, 
	source TEXT, 
	PRIMARY KEY (id)
);
INSERT INTO "alarms" VALUES(1,'demo-qx2','silent','2023-03-06T08:00:00.000000Z','2023-04-10T01:59:00.020978Z','');
INSERT INTO "alarms" VALUES(2,'demo-qx3','silent','2023-03-06T08:00:00.000000Z','2023-04-10T01:59:00.020978Z','');
CREATE TABLE assessments (
	id TEXT NOT NULL, 
	scorecard TEXT NOT NULL, 
	title TEXT NOT NULL, 
	basin TEXT NOT NULL, 
	period TEXT NOT NULL, 
	as_of TEXT NOT NULL, 
	score TEXT, 
	grade TEXT, 
	digest TEXT NOT NULL, 
	document TEXT NOT NULL, 
	recorded_at TEXT NOT NULL, 
	PRIMARY KEY (id)
);
INSERT INTO "assessments" VALUES('watershed-performance-demo-qingxi-2023-80dcae82d39e','watershed-performance','流域水环境绩效评价表（样例）','demo-qingxi','2023','2023-04-10T03:37:00.038254Z','22.22','差','80dcae82d39e34e4c9b741a46086234ace8d200d8b1d57f27d606fe9c359fd88','{"as_of":"2023-04-10T03:37:00.038254Z","available":"45","bands":[["优","90"],["良","80"],["中","60"],["差","0"]],"basin":"demo-qingxi","criteria":[{"earned":"10","message_en":null,"message_zh":null,"points":"30","reason":null,"ref":"attainment","source":"各断面各月水质类别达到断面目标的比例，按比例给分","statistics":[0,1,2,3,4,5,6,7,8,9,10,11,12,13,14,15,16,17,18,19,20,21,22,23,24,25,26,27,28,29,30,31,32,33,34,35,36,37,38,39,40,41,42,43,44,45,46,47,48,49,50,51,52,53,54,55,56,57,58,59,60,61,62,63,64,65,66,67,68,69,70,71,72,73,74,75,76,77,78,79,80,81,82,83,84,85,86,87,88,89,90,91,92,93,94,95,96,97,98,99,100,101,102,103,104,105,106,107,108,109,110,111,112,113,114,115,116,117,118,119],"title":"断面月达标率","unverified":["clauses.attainment.points","data.min_readings_a_day","data.min_days_a_month","data.statuses","data.compare","data.non_detect","data.missing_month"],"value":"0.3333","working":[{"expression":"无值","label":"2023-01 清溪源头（虚构） 类别","value":"no_readings"},{"expression":"无值","label":"2023-02 清溪源头（虚构） 类别","value":"no_readings"},{"expression":"无值","label":"2023-03 清溪源头（虚构） 类别","value":"no_readings"},{"expression":"无值","label":"2023-04 清溪源头（虚构） 类别","value":"no_readings"},{"expression":"无值","label":"2023-05 清溪源头（虚构） 类别","value":"no_readings"},{"expression":"无值","label":"2023-06 清溪源头（虚构） 类别","value":"no_readings"},{"expression":"无值","label":"2023-07 清溪源头（虚构） 类别","value":"no_readings"},{"expression":"无值","label":"2023-08 清溪源头（虚构） 类别","value":"no_readings"},{"expression":"无值","label":"2023-09 清溪源头（虚构） 类别","value":"no_readings"},{"expression":"无值","label":"2023-10 清溪源头（虚构） 类别","value":"no_readings"},{"expression":"无值","label":"2023-11 清溪源头（虚构） 类别","value":"no_readings"},{"expression":"无值","label":"2023-12 清溪源头（虚构） 类别","value":"no_readings"},{"expression":"2 个读数、2 天的均值：7.5，修约到 0 位小数","label":"2023-01 山平界（虚构） pH","value":"8"},{"expression":"2 个读数、2 天的均值","label":"2023-01 山平界（虚构） 溶解氧","value":"8"},{"expression":"2 个读数、2 天的均值","label":"2023-01 山平界（虚构） 高锰酸盐指数","value":"3.5"},{"expression":"2 个读数、2 天的均值","label":"2023-01 山平界（虚构） 氨氮","value":"0.4"},{"expression":"2 个读数、2 天的均值","label":"2023-01 山平界（虚构） 总磷","value":"0.15"},{"expression":"GB3838-2002 河流限值：pH 6 ≤ 8 ≤ 9 Ⅰ类、溶解氧 8 ≥ 7.5 Ⅰ类、高锰酸盐指数 3.5 ≤ 4 Ⅱ类、氨氮 0.4 ≤ 0.5 Ⅱ类、总磷 0.15 ≤ 0.2 Ⅲ类；取最差的一项","label":"2023-01 山平界（虚构） 类别","value":"Ⅲ类"},{"expression":"3 − 3","label":"差值","value":"0"},{"expression":"0 ≤ 0","label":"条件","value":"成立"},{"expression":"2 个读数、2 天的均值：7.5，修约到 0 位小数","label":"2023-02 山平界（虚构） pH","value":"8"},{"expression":"2 个读数、2 天的均值","label":"2023-02 山平界（虚构） 溶解氧","value":"8"},{"expression":"2 个读数、2 天的均值，未采用 超出该指标的合理范围，待核 1","label":"2023-02 山平界（虚构） 高锰酸盐指数","value":"3.5"},{"expression":"3 个读数、3 天的均值，未采用 不是数字 1、维护 1：0.286666666667，修约到 2 位小数","label":"2023-02 山平界（虚构） 氨氮","value":"0.29"},{"expression":"2 个读数、2 天的均值","label":"2023-02 山平界（虚构） 总磷","value":"0.25"},{"expression":"GB3838-2002 河流限值：pH 6 ≤ 8 ≤ 9 Ⅰ类、溶解氧 8 ≥ 7.5 Ⅰ类、高锰酸盐指数 3.5 ≤ 4 Ⅱ类、氨氮 0.29 ≤ 0.5 Ⅱ类、总磷 0.25 ≤ 0.3 Ⅳ类；取最差的一项","label":"2023-02 山平界（虚构） 类别","value":"Ⅳ类"},{"expression":"4 − 3","label":"差值","value":"1"},{"expression":"1 ≤ 0","label":"条件","value":"不成立"},{"expression":"2 个读数、2 天的均值：7.5，修约到 0 位小数","label":"2023-03 山平界（虚构） pH","value":"8"},{"expression":"2 个读数、2 天的均值","label":"2023-03 山平界（虚构） 溶解氧","value":"8"},{"expression":"2 个读数、2 天的均值","label":"2023-03 山平界（虚构） 高锰酸盐指数","value":"3.5"},{"expression":"2 个读数、2 天的均值","label":"2023-03 山平界（虚构） 氨氮","value":"0.4"},{"expression":"2 个读数、2 天的均值","label":"2023-03 山平界（虚构） 总磷","value":"0.35"},{"expression":"GB3838-2002 河流限值：pH 6 ≤ 8 ≤ 9 Ⅰ类、溶解氧 8 ≥ 7.5 Ⅰ类、高锰酸盐指数 3.5 ≤ 4 Ⅱ类、氨氮 0.4 ≤ 0.5 Ⅱ类、总磷 0.35 ≤ 0.4 Ⅴ类；取最差的一项","label":"2023-03 山平界（虚构） 类别","value":"Ⅴ类"},{"expression":"5 − 3","label":"差值","value":"2"},{"expression":"2 ≤ 0","label":"条件","value":"不成立"},{"expression":"没有读数","label":"2023-04 山平界（虚构） pH","value":"无值：no_readings"},{"expression":"没有读数","label":"2023-04 山平界（虚构） 溶解氧","value":"无值：no_readings"},{"expression":"没有读数","label":"2023-04 山平界（虚构） 高锰酸盐指数","value":"无值：no_readings"},{"expression":"没有读数","label":"2023-04 山平界（虚构） 氨氮","value":"无值：no_readings"},{"expression":"没有读数","label":"2023-04 山平界（虚构） 总磷","value":"无值：no_readings"},{"expression":"无值","label":"2023-04 山平界（虚构） 类别","value":"no_readings"},{"expression":"没有读数","label":"2023-05 山平界（虚构） pH","value":"无值：no_readings"},{"expression":"没有读数","label":"2023-05 山平界（虚构） 溶解氧","value":"无值：no_readings"},{"expression":"没有读数","label":"2023-05 山平界（虚构） 高锰酸盐指数","value":"无值：no_readings"},{"expression":"没有读数","label":"2023-05 山平界（虚构） 氨氮","value":"无值：no_readings"},{"expression":"没有读数","label":"2023-05 山平界（虚构） 总磷","value":"无值：no_readings"},{"expression":"无值","label":"2023-05 山平界（虚构） 类别","value":"no_readings"},{"expression":"没有读数","label":"2023-06 山平界（虚构） pH","value":"无值：no_readings"},{"expression":"没有读数","label":"2023-06 山平界（虚构） 溶解氧","value":"无值：no_readings"},{"expression":"没有读数","label":"2023-06 山平界（虚构） 高锰酸盐指数","value":"无值：no_readings"},{"expression":"没有读数","label":"2023-06 山平界（虚构） 氨氮","value":"无值：no_readings"},{"expression":"没有读数","label":"2023-06 山平界（虚构） 总磷","value":"无值：no_readings"},{"expression":"无值","label":"2023-06 山平界（虚构） 类别","value":"no_readings"},{"expression":"没有读数","label":"2023-07 山平界（虚构） pH","value":"无值：no_readings"},{"expression":"没有读数","label":"2023-07 山平界（虚构） 溶解氧","value":"无值：no_readings"},{"expression":"没有读数","label":"2023-07 山平界（虚构） 高锰酸盐指数","value":"无值：no_readings"},{"expression":"没有读数","label":"2023-07 山平界（虚构） 氨氮","value":"无值：no_readings"},{"expression":"没有读数","label":"2023-07 山平界（虚构） 总磷","value":"无值：no_readings"},{"expression":"无值","label":"2023-07 山平界（虚构） 类别","value":"no_readings"},{"expression":"没有读数","label":"2023-08 山平界（虚构） pH","value":"无值：no_readings"},{"expression":"没有读数","label":"2023-08 山平界（虚构） 溶解氧","value":"无值：no_readings"},{"expression":"没有读数","label":"2023-08 山平界（虚构） 高锰酸盐指数","value":"无值：no_readings"},{"expression":"没有读数","label":"2023-08 山平界（虚构） 氨氮","value":"无值：no_readings"},{"expression":"没有读数","label":"2023-08 山平界（虚构） 总磷","value":"无值：no_readings"},{"expression":"无值","label":"2023-08 山平界（虚构） 类别","value":"no_readings"},{"expression":"没有读数","label":"2023-09 山平界（虚构） pH","value":"无值：no_readings"},{"expression":"没有读数","label":"2023-09 山平界（虚构） 溶解氧","value":"无值：no_readings"},{"expression":"没有读数","label":"2023-09 山平界（虚构） 高锰酸盐指数","value":"无值：no_readings"},{"expression":"没有读数","label":"2023-09 山平界（虚构） 氨氮","value":"无值：no_readings"},{"expression":"没有读数","label":"2023-09 山平界（虚构） 总磷","value":"无值：no_readings"},{"expression":"无值","label":"2023-09 山平界（虚构） 类别","value":"no_readings"},{"expression":"没有读数","label":"2023-10 山平界（虚构） pH","value":"无值：no_readings"},{"expression":"没有读数","label":"2023-10 山平界（虚构） 溶解氧","value":"无值：no_readings"},{"expression":"没有读数","label":"2023-10 山平界（虚构） 高锰酸盐指数","value":"无值：no_readings"},{"expression":"没有读数","label":"2023-10 山平界（虚构） 氨氮","value":"无值：no_readings"},{"expression":"没有读数","label":"2023-10 山平界（虚构） 总磷","value":"无值：no_readings"},{"expression":"无值","label":"2023-10 山平界（虚构） 类别","value":"no_readings"},{"expression":"没有读数","label":"2023-11 山平界（虚构） pH","value":"无值：no_readings"},{"expression":"没有读数","label":"2023-11 山平界（虚构） 溶解氧","value":"无值：no_readings"},{"expression":"没有读数","label":"2023-11 山平界（虚构） 高锰酸盐指数","value":"无值：no_readings"},{"expression":"没有读数","label":"2023-11 山平界（虚构） 氨氮","value":"无值：no_readings"},{"expression":"没有读数","label":"2023-11 山平界（虚构） 总磷","value":"无值：no_readings"},{"expression":"无值","label":"2023-11 山平界（虚构） 类别","value":"no_readings"},{"expression":"没有读数","label":"2023-12 山平界（虚构） pH","value":"无值：no_readings"},{"expression":"没有读数","label":"2023-12 山平界（虚构） 溶解氧","value":"无值：no_readings"},{"expression":"没有读数","label":"2023-12 山平界（虚构） 高锰酸盐指数","value":"无值：no_readings"},{"expression":"没有读数","label":"2023-12 山平界（虚构） 氨氮","value":"无值：no_readings"},{"expression":"没有读数","label":"2023-12 山平界（虚构） 总磷","value":"无值：no_readings"},{"expression":"无值","label":"2023-12 山平界（虚构） 类别","value":"no_readings"},{"expression":"2 个读数、2 天的均值：7.5，修约到 0 位小数","label":"2023-01 平海界（虚构） pH","value":"8"},{"expression":"2 个读数、2 天的均值","label":"2023-01 平海界（虚构） 溶解氧","value":"8"},{"expression":"2 个读数、2 天的均值","label":"2023-01 平海界（虚构） 高锰酸盐指数","value":"3.5"},{"expression":"2 个读数、2 天的均值","label":"2023-01 平海界（虚构） 氨氮","value":"0.4"},{"expression":"2 个读数、2 天的均值","label":"2023-01 平海界（虚构） 总磷","value":"0.15"},{"expression":"GB3838-2002 河流限值：pH 6 ≤ 8 ≤ 9 Ⅰ类、溶解氧 8 ≥ 7.5 Ⅰ类、高锰酸盐指数 3.5 ≤ 4 Ⅱ类、氨氮 0.4 ≤ 0.5 Ⅱ类、总磷 0.15 ≤ 0.2 Ⅲ类；取最差的一项","label":"2023-01 平海界（虚构） 类别","value":"Ⅲ类"},{"expression":"2 个读数、2 天的均值：7.5，修约到 0 位小数","label":"2023-02 平海界（虚构） pH","value":"8"},{"expression":"2 个读数、2 天的均值","label":"2023-02 平海界（虚构） 溶解氧","value":"8"},{"expression":"2 个读数、2 天的均值","label":"2023-02 平海界（虚构） 高锰酸盐指数","value":"3.5"},{"expression":"2 个读数、2 天的均值","label":"2023-02 平海界（虚构） 氨氮","value":"0.4"},{"expression":"2 个读数、2 天的均值","label":"2023-02 平海界（虚构） 总磷","value":"0.25"},{"expression":"GB3838-2002 河流限值：pH 6 ≤ 8 ≤ 9 Ⅰ类、溶解氧 8 ≥ 7.5 Ⅰ类、高锰酸盐指数 3.5 ≤ 4 Ⅱ类、氨氮 0.4 ≤ 0.5 Ⅱ类、总磷 0.25 ≤ 0.3 Ⅳ类；取最差的一项","label":"2023-02 平海界（虚构） 类别","value":"Ⅳ类"},{"expression":"2 个读数、2 天的均值：7.5，修约到 0 位小数","label":"2023-03 平海界（虚构） pH","value":"8"},{"expression":"2 个读数、2 天的均值","label":"2023-03 平海界（虚构） 溶解氧","value":"8"},{"expression":"2 个读数、2 天的均值","label":"2023-03 平海界（虚构） 高锰酸盐指数","value":"3.5"},{"expression":"2 个读数、2 天的均值","label":"2023-03 平海界（虚构） 氨氮","value":"0.4"},{"expression":"2 个读数、2 天的均值","label":"2023-03 平海界（虚构） 总磷","value":"0.35"},{"expression":"GB3838-2002 河流限值：pH 6 ≤ 8 ≤ 9 Ⅰ类、溶解氧 8 ≥ 7.5 Ⅰ类、高锰酸盐指数 3.5 ≤ 4 Ⅱ类、氨氮 0.4 ≤ 0.5 Ⅱ类、总磷 0.35 ≤ 0.4 Ⅴ类；取最差的一项","label":"2023-03 平海界（虚构） 类别","value":"Ⅴ类"},{"expression":"没有读数","label":"2023-04 平海界（虚构） pH","value":"无值：no_readings"},{"expression":"没有读数","label":"2023-04 平海界（虚构） 溶解氧","value":"无值：no_readings"},{"expression":"没有读数","label":"2023-04 平海界（虚构） 高锰酸盐指数","value":"无值：no_readings"},{"expression":"没有读数","label":"2023-04 平海界（虚构） 氨氮","value":"无值：no_readings"},{"expression":"没有读数","label":"2023-04 平海界（虚构） 总磷","value":"无值：no_readings"},{"expression":"无值","label":"2023-04 平海界（虚构） 类别","value":"no_readings"},{"expression":"没有读数","label":"2023-05 平海界（虚构） pH","value":"无值：no_readings"},{"expression":"没有读数","label":"2023-05 平海界（虚构） 溶解氧","value":"无值：no_readings"},{"expression":"没有读数","label":"2023-05 平海界（虚构） 高锰酸盐指数","value":"无值：no_readings"},{"expression":"没有读数","label":"2023-05 平海界（虚构） 氨氮","value":"无值：no_readings"},{"expression":"没有读数","label":"2023-05 平海界（虚构） 总磷","value":"无值：no_readings"},{"expression":"无值","label":"2023-05 平海界（虚构） 类别","value":"no_readings"},{"expression":"没有读数","label":"2023-06 平海界（虚构） pH","value":"无值：no_readings"},{"expression":"没有读数","label":"2023-06 平海界（虚构） 溶解氧","value":"无值：no_readings"},{"expression":"没有读数","label":"2023-06 平海界（虚构） 高锰酸盐指数","value":"无值：no_readings"},{"expression":"没有读数","label":"2023-06 平海界（虚构） 氨氮","value":"无值：no_readings"},{"expression":"没有读数","label":"2023-06 平海界（虚构） 总磷","value":"无值：no_readings"},{"expression":"无值","label":"2023-06 平海界（虚构） 类别","value":"no_readings"},{"expression":"没有读数","label":"2023-07 平海界（虚构） pH","value":"无值：no_readings"},{"expression":"没有读数","label":"2023-07 平海界（虚构） 溶解氧","value":"无值：no_readings"},{"expression":"没有读数","label":"2023-07 平海界（虚构） 高锰酸盐指数","value":"无值：no_readings"},{"expression":"没有读数","label":"2023-07 平海界（虚构） 氨氮","value":"无值：no_readings"},{"expression":"没有读数","label":"2023-07 平海界（虚构） 总磷","value":"无值：no_readings"},{"expression":"无值","label":"2023-07 平海界（虚构） 类别","value":"no_readings"},{"expression":"没有读数","label":"2023-08 平海界（虚构） pH","value":"无值：no_readings"},{"expression":"没有读数","label":"2023-08 平海界（虚构） 溶解氧","value":"无值：no_readings"},{"expression":"没有读数","label":"2023-08 平海界（虚构） 高锰酸盐指数","value":"无值：no_readings"},{"expression":"没有读数","label":"2023-08 平海界（虚构） 氨氮","value":"无值：no_readings"},{"expression":"没有读数","label":"2023-08 平海界（虚构） 总磷","value":"无值：no_readings"},{"expression":"无值","label":"2023-08 平海界（虚构） 类别","value":"no_readings"},{"expression":"没有读数","label":"2023-09 平海界（虚构） pH","value":"无值：no_readings"},{"expression":"没有读数","label":"2023-09 平海界（虚构） 溶解氧","value":"无值：no_readings"},{"expression":"没有读数","label":"2023-09 平海界（虚构） 高锰酸盐指数","value":"无值：no_readings"},{"expression":"没有读数","label":"2023-09 平海界（虚构） 氨氮","value":"无值：no_readings"},{"expression":"没有读数","label":"2023-09 平海界（虚构） 总磷","value":"无值：no_readings"},{"expression":"无值","label":"2023-09 平海界（虚构） 类别","value":"no_readings"},{"expression":"没有读数","label":"2023-10 平海界（虚构） pH","value":"无值：no_readings"},{"expression":"没有读数","label":"2023-10 平海界（虚构） 溶解氧","value":"无值：no_readings"},{"expression":"没有读数","label":"2023-10 平海界（虚构） 高锰酸盐指数","value":"无值：no_readings"},{"expression":"没有读数","label":"2023-10 平海界（虚构） 氨氮","value":"无值：no_readings"},{"expression":"没有读数","label":"2023-10 平海界（虚构） 总磷","value":"无值：no_readings"},{"expression":"无值","label":"2023-10 平海界（虚构） 类别","value":"no_readings"},{"expression":"没有读数","label":"2023-11 平海界（虚构） pH","value":"无值：no_readings"},{"expression":"没有读数","label":"2023-11 平海界（虚构） 溶解氧","value":"无值：no_readings"},{"expression":"没有读数","label":"2023-11 平海界（虚构） 高锰酸盐指数","value":"无值：no_readings"},{"expression":"没有读数","label":"2023-11 平海界（虚构） 氨氮","value":"无值：no_readings"},{"expression":"没有读数","label":"2023-11 平海界（虚构） 总磷","value":"无值：no_readings"},{"expression":"无值","label":"2023-11 平海界（虚构） 类别","value":"no_readings"},{"expression":"没有读数","label":"2023-12 平海界（虚构） pH","value":"无值：no_readings"},{"expression":"没有读数","label":"2023-12 平海界（虚构） 溶解氧","value":"无值：no_readings"},{"expression":"没有读数","label":"2023-12 平海界（虚构） 高锰酸盐指数","value":"无值：no_readings"},{"expression":"没有读数","label":"2023-12 平海界（虚构） 氨氮","value":"无值：no_readings"},{"expression":"没有读数","label":"2023-12 平海界（虚构） 总磷","value":"无值：no_readings"},{"expression":"无值","label":"2023-12 平海界（虚构） 类别","value":"no_readings"},{"expression":"1、0、0、1、0、0（另有 30 个不计）","label":"平均","value":"1/3"},{"expression":"30 × 1/3","label":"计算标准","value":"10"}]},{"earned":null,"message_en":"no usable readings","message_zh":"没有可用的监测数据","points":"20","reason":"no_readings","ref":"good","source":"年度水质类别为Ⅰ—Ⅲ类的断面所占比例，按比例给分","statistics":[0,5,10,15,20,25,30,35,40,45,50,55,120,1,6,11,16,21,26,31,36,41,46,51,56,121,2,7,12,17,22,27,32,37,42,47,52,57,122,3,8,13,18,23,28,33,38,43,48,53,58,123,4,9,14,19,24,29,34,39,44,49,54,59,124,60,65,70,75,80,85,90,95,100,105,110,115,125,61,66,71,76,81,86,91,96,101,106,111,116,126,62,67,72,77,82,87,92,97,102,107,112,117,127,63,68,73,78,83,88,93,98,103,108,113,118,128,64,69,74,79,84,89,94,99,104,109,114,119,129],"title":"Ⅰ—Ⅲ类断面比例","unverified":["clauses.good.points","data.min_readings_a_day","data.min_days_a_month","data.statuses","data.compare","data.non_detect","data.missing_month"],"value":null,"working":[{"expression":"无值","label":"2023 清溪源头（虚构） 类别","value":"no_readings"},{"expression":"3 个月均值的平均，共 6 个读数、6 天：7.5，修约到 0 位小数","label":"2023 山平界（虚构） pH","value":"8"},{"expression":"3 个月均值的平均，共 6 个读数、6 天","label":"2023 山平界（虚构） 溶解氧","value":"8"},{"expression":"3 个月均值的平均，共 6 个读数、6 天，未采用 超出该指标的合理范围，待核 1","label":"2023 山平界（虚构） 高锰酸盐指数","value":"3.5"},{"expression":"3 个月均值的平均，共 7 个读数、7 天，未采用 不是数字 1、维护 1：0.362222222222，修约到 2 位小数","label":"2023 山平界（虚构） 氨氮","value":"0.36"},{"expression":"3 个月均值的平均，共 6 个读数、6 天","label":"2023 山平界（虚构） 总磷","value":"0.25"},{"expression":"GB3838-2002 河流限值：pH 6 ≤ 8 ≤ 9 Ⅰ类、溶解氧 8 ≥ 7.5 Ⅰ类、高锰酸盐指数 3.5 ≤ 4 Ⅱ类、氨氮 0.36 ≤ 0.5 Ⅱ类、总磷 0.25 ≤ 0.3 Ⅳ类；取最差的一项","label":"2023 山平界（虚构） 类别","value":"Ⅳ类"},{"expression":"4 ≤ 3","label":"条件","value":"不成立"},{"expression":"3 个月均值的平均，共 6 个读数、6 天：7.5，修约到 0 位小数","label":"2023 平海界（虚构） pH","value":"8"},{"expression":"3 个月均值的平均，共 6 个读数、6 天","label":"2023 平海界（虚构） 溶解氧","value":"8"},{"expression":"3 个月均值的平均，共 6 个读数、6 天","label":"2023 平海界（虚构） 高锰酸盐指数","value":"3.5"},{"expression":"3 个月均值的平均，共 6 个读数、6 天","label":"2023 平海界（虚构） 氨氮","value":"0.4"},{"expression":"3 个月均值的平均，共 6 个读数、6 天","label":"2023 平海界（虚构） 总磷","value":"0.25"},{"expression":"GB3838-2002 河流限值：pH 6 ≤ 8 ≤ 9 Ⅰ类、溶解氧 8 ≥ 7.5 Ⅰ类、高锰酸盐指数 3.5 ≤ 4 Ⅱ类、氨氮 0.4 ≤ 0.5 Ⅱ类、总磷 0.25 ≤ 0.3 Ⅳ类；取最差的一项","label":"2023 平海界（虚构） 类别","value":"Ⅳ类"}]},{"earned":null,"message_en":"no usable readings","message_zh":"没有可用的监测数据","points":"20","reason":"no_readings","ref":"change","source":"高锰酸盐指数、氨氮、总磷三项与上年同期之比的等权平均；持平 10 分，每降 0.1 加 5 分，每升 0.1 扣 5 分","statistics":[130,131,132,133,134,135,136,137,138,139,140,141,142,143,144,145,146,147,148,149,150,151,152,153,154,155,156,157,158,159,160,161,162,163,164,165,2,7,12,17,22,27,32,37,42,47,52,57,122,3,8,13,18,23,28,33,38,43,48,53,58,123,4,9,14,19,24,29,34,39,44,49,54,59,124,166,167,168,169,170,171,172,173,174,175,176,177,62,67,72,77,82,87,92,97,102,107,112,117,127,63,68,73,78,83,88,93,98,103,108,113,118,128,64,69,74,79,84,89,94,99,104,109,114,119,129,178,179,180,181,182,183,184,185,186,187,188,189],"title":"与上年同期相比","unverified":["clauses.change.points","clauses.change.measure.weights","data.min_readings_a_day","data.min_days_a_month","data.statuses","data.compare","data.non_detect","data.missing_month"],"value":null,"working":[{"expression":"没有读数","label":"2023 清溪源头（虚构） 高锰酸盐指数","value":"无值：no_readings"},{"expression":"没有读数","label":"2023 清溪源头（虚构） 氨氮","value":"无值：no_readings"},{"expression":"没有读数","label":"2023 清溪源头（虚构） 总磷","value":"无值：no_readings"},{"expression":"高锰酸盐指数 1/3、氨氮 1/3、总磷 1/3","label":"权重","value":"合计 1"},{"expression":"3 个月均值的平均，共 6 个读数、6 天，未采用 超出该指标的合理范围，待核 1","label":"2023 山平界（虚构） 高锰酸盐指数","value":"3.5"},{"expression":"3 个月均值的平均，共 7 个读数、7 天，未采用 不是数字 1、维护 1：0.362222222222，修约到 2 位小数","label":"2023 山平界（虚构） 氨氮","value":"0.36"},{"expression":"3 个月均值的平均，共 6 个读数、6 天","label":"2023 山平界（虚构） 总磷","value":"0.25"},{"expression":"没有读数","label":"2022 山平界（虚构） 高锰酸盐指数","value":"无值：no_readings"},{"expression":"3 个月均值的平均，共 6 个读数、6 天","label":"2023 平海界（虚构） 高锰酸盐指数","value":"3.5"},{"expression":"3 个月均值的平均，共 6 个读数、6 天","label":"2023 平海界（虚构） 氨氮","value":"0.4"},{"expression":"3 个月均值的平均，共 6 个读数、6 天","label":"2023 平海界（虚构） 总磷","value":"0.25"},{"expression":"没有读数","label":"2022 平海界（虚构） 高锰酸盐指数","value":"无值：no_readings"}]},{"earned":"0","message_en":null,"message_zh":null,"points":"15","reason":null,"ref":"completeness","source":"实有读数占应有读数的比例；一半以下 0 分，95% 以上满分，其间按比例","statistics":[],"title":"数据完整率","unverified":["clauses.completeness.points"],"value":"0.0028","working":[{"expression":"6 ÷ 2190","label":"2023 山平界（虚构） pH 数据完整率","value":"1/365"},{"expression":"6 ÷ 2190","label":"2023 山平界（虚构） 溶解氧 数据完整率","value":"1/365"},{"expression":"6 ÷ 2190","label":"2023 山平界（虚构） 高锰酸盐指数 数据完整率","value":"1/365"},{"expression":"8 ÷ 2190","label":"2023 山平界（虚构） 氨氮 数据完整率","value":"4/1095"},{"expression":"6 ÷ 2190","label":"2023 山平界（虚构） 总磷 数据完整率","value":"1/365"},{"expression":"6 ÷ 2190","label":"2023 平海界（虚构） pH 数据完整率","value":"1/365"},{"expression":"6 ÷ 2190","label":"2023 平海界（虚构） 溶解氧 数据完整率","value":"1/365"},{"expression":"6 ÷ 2190","label":"2023 平海界（虚构） 高锰酸盐指数 数据完整率","value":"1/365"},{"expression":"6 ÷ 2190","label":"2023 平海界（虚构） 氨氮 数据完整率","value":"1/365"},{"expression":"6 ÷ 2190","label":"2023 平海界（虚构） 总磷 数据完整率","value":"1/365"},{"expression":"1/365、1/365、1/365、4/1095、1/365、1/365、1/365、1/365、1/365、1/365（另有 5 个不计）","label":"平均","value":"31/10950"},{"expression":"31/10950（≈0.002831） < 0.5：0","label":"第 1 段","value":"0"}]},{"earned":null,"message_en":"no usable readings","message_zh":"没有可用的监测数据","points":"15","reason":"no_readings","ref":"trend","source":"季节性 Kendall 检验显著（0.05）时取 Sen 斜率，以中位数的百分数每年计，不显著记 0；持平 10 分，每年降 1% 加 1 分，每年升 1% 扣 1 分","statistics":[],"title":"多年趋势","unverified":["clauses.trend.points","clauses.trend.measure.significance"],"value":null,"working":[]}],"digest":"80dcae82d39e34e4c9b741a46086234ace8d200d8b1d57f27d606fe9c359fd88","earned":"10","expression":"10 ÷ 45 × 100","grade":"差","id":"watershed-performance-demo-qingxi-2023-80dcae82d39e","period":"2023","rules":[{"path":"data.min_readings_a_day","source":"衡界样例","value":"1","verified":false},{"path":"data.min_days_a_month","source":"衡界样例","value":"1","verified":false},{"path":"data.statuses","source":"衡界样例","value":"正常","verified":false},{"path":"data.compare","source":"衡界样例","value":"rounded","verified":false},{"path":"data.non_detect","source":"衡界样例","value":"half","verified":false},{"path":"data.missing_month","source":"衡界样例","value":"exclude","verified":false}],"score":"22.22","scorecard":"watershed-performance","scorecard_sha256":"8aeac3ba90d5cc78e55c8737f597fc4eb93be238cdff7d04f9e64fe5d1db19e0","source":"衡界自拟样例；优良中差以 90、80、60 分为界","statistics":[{"days":2,"indicator":"ph","left_out":{},"mean":"7.5","period":"2023-01","readings":2,"reason":null,"reported":"8","section":"qingxi-2"},{"days":2,"indicator":"do","left_out":{},"mean":"8","period":"2023-01","readings":2,"reason":null,"reported":"8","section":"qingxi-2"},{"days":2,"indicator":"codmn","left_out":{},"mean":"3.5","period":"2023-01","readings":2,"reason":null,"reported":"3.5","section":"qingxi-2"},{"days":2,"indicator":"nh3n","left_out":{},"mean":"0.4","period":"2023-01","readings":2,"reason":null,"reported":"0.4","section":"qingxi-2"},{"days":2,"indicator":"tp","left_out":{},"mean":"0.15","period":"2023-01","readings":2,"reason":null,"reported":"0.15","section":"qingxi-2"},{"days":2,"indicator":"ph","left_out":{},"mean":"7.5","period":"2023-02","readings":2,"reason":null,"reported":"8","section":"qingxi-2"},{"days":2,"indicator":"do","left_out":{},"mean":"8","period":"2023-02","readings":2,"reason":null,"reported":"8","section":"qingxi-2"},{"days":2,"indicator":"codmn","left_out":{"implausible":1},"mean":"3.5","period":"2023-02","readings":2,"reason":null,"reported":"3.5","section":"qingxi-2"},{"days":3,"indicator":"nh3n","left_out":{"unreadable_number":1,"维护":1},"mean":"0.286666666667","period":"2023-02","readings":3,"reason":null,"reported":"0.29","section":"qingxi-2"},{"days":2,"indicator":"tp","left_out":{},"mean":"0.25","period":"2023-02","readings":2,"reason":null,"reported":"0.25","section":"qingxi-2"},{"days":2,"indicator":"ph","left_out":{},"mean":"7.5","period":"2023-03","readings":2,"reason":null,"reported":"8","section":"qingxi-2"},{"days":2,"indicator":"do","left_out":{},"mean":"8","period":"2023-03","readings":2,"reason":null,"reported":"8","section":"qingxi-2"},{"days":2,"indicator":"codmn","left_out":{},"mean":"3.5","period":"2023-03","readings":2,"reason":null,"reported":"3.5","section":"qingxi-2"},{"days":2,"indicator":"nh3n","left_out":{},"mean":"0.4","period":"2023-03","readings":2,"reason":null,"reported":"0.4","section":"qingxi-2"},{"days":2,"indicator":"tp","left_out":{},"mean":"0.35","period":"2023-03","readings":2,"reason":null,"reported":"0.35","section":"qingxi-2"},{"days":0,"indicator":"ph","left_out":{},"mean":null,"period":"2023-04","readings":0,"reason":"no_readings","reported":null,"section":"qingxi-2"},{"days":0,"indicator":"do","left_out":{},"mean":null,"period":"2023-04","readings":0,"reason":"no_readings","reported":null,"section":"qingxi-2"},{"days":0,"indicator":"codmn","left_out":{},"mean":null,"period":"2023-04","readings":0,"reason":"no_readings","reported":null,"section":"qingxi-2"},{"days":0,"indicator":"nh3n","left_out":{},"mean":null,"period":"2023-04","readings":0,"reason":"no_readings","reported":null,"section":"qingxi-2"},{"days":0,"indicator":"tp","left_out":{},"mean":null,"period":"2023-04","readings":0,"reason":"no_readings","reported":null,"section":"qingxi-2"},{"days":0,"indicator":"ph","left_out":{},"mean":null,"period":"2023-05","readings":0,"reason":"no_readings","reported":null,"section":"qingxi-2"},{"days":0,"indicator":"do","left_out":{},"mean":null,"period":"2023-05","readings":0,"reason":"no_readings","reported":null,"section":"qingxi-2"},{"days":0,"indicator":"codmn","left_out":{},"mean":null,"period":"2023-05","readings":0,"reason":"no_readings","reported":null,"section":"qingxi-2"},{"days":0,"indicator":"nh3n","left_out":{},"mean":null,"period":"2023-05","readings":0,"reason":"no_readings","reported":null,"section":"qingxi-2"},{"days":0,"indicator":"tp","left_out":{},"mean":null,"period":"2023-05","readings":0,"reason":"no_readings","reported":null,"section":"qingxi-2"},{"days":0,"indicator":"ph","left_out":{},"mean":null,"period":"2023-06","readings":0,"reason":"no_readings","reported":null,"section":"qingxi-2"},{"days":0,"indicator":"do","left_out":{},"mean":null,"period":"2023-06","readings":0,"reason":"no_readings","reported":null,"section":"qingxi-2"},{"days":0,"indicator":"codmn","left_out":{},"mean":null,"period":"2023-06","readings":0,"reason":"no_readings","reported":null,"section":"qingxi-2"},{"days":0,"indicator":"nh3n","left_out":{},"mean":null,"period":"2023-06","readings":0,"reason":"no_readings","reported":null,"section":"qingxi-2"},{"days":0,"indicator":"tp","left_out":{},"mean":null,"period":"2023-06","readings":0,"reason":"no_readings","reported":null,"section":"qingxi-2"},{"days":0,"indicator":"ph","left_out":{},"mean":null,"period":"2023-07","readings":0,"reason":"no_readings","reported":null,"section":"qingxi-2"},{"days":0,"indicator":"do","left_out":{},"mean":null,"period":"2023-07","readings":0,"reason":"no_readings","reported":null,"section":"qingxi-2"},{"days":0,"indicator":"codmn","left_out":{},"mean":null,"period":"2023-07","readings":0,"reason":"no_readings","reported":null,"section":"qingxi-2"},{"days":0,"indicator":"nh3n","left_out":{},"mean":null,"period":"2023-07","readings":0,"reason":"no_readings","reported":null,"section":"qingxi-2"},{"days":0,"indicator":"tp","left_out":{},"mean":null,"period":"2023-07","readings":0,"reason":"no_readings","reported":null,"section":"qingxi-2"},{"days":0,"indicator":"ph","left_out":{},"mean":null,"period":"2023-08","readings":0,"reason":"no_readings","reported":null,"section":"qingxi-2"},{"days":0,"indicator":"do","left_out":{},"mean":null,"period":"2023-08","readings":0,"reason":"no_readings","reported":null,"section":"qingxi-2"},{"days":0,"indicator":"codmn","left_out":{},"mean":null,"period":"2023-08","readings":0,"reason":"no_readings","reported":null,"section":"qingxi-2"},{"days":0,"indicator":"nh3n","left_out":{},"mean":null,"period":"2023-08","readings":0,"reason":"no_readings","reported":null,"section":"qingxi-2"},{"days":0,"indicator":"tp","left_out":{},"mean":null,"period":"2023-08","readings":0,"reason":"no_readings","reported":null,"section":"qingxi-2"},{"days":0,"indicator":"ph","left_out":{},"mean":null,"period":"2023-09","readings":0,"reason":"no_readings","reported":null,"section":"qingxi-2"},{"days":0,"indicator":"do","left_out":{},"mean":null,"period":"2023-09","readings":0,"reason":"no_readings","reported":null,"section":"qingxi-2"},{"days":0,"indicator":"codmn","left_out":{},"mean":null,"period":"2023-09","readings":0,"reason":"no_readings","reported":null,"section":"qingxi-2"},{"days":0,"indicator":"nh3n","left_out":{},"mean":null,"period":"2023-09","readings":0,"reason":"no_readings","reported":null,"section":"qingxi-2"},{"days":0,"indicator":"tp","left_out":{},"mean":null,"period":"2023-09","readings":0,"reason":"no_readings","reported":null,"section":"qingxi-2"},{"days":0,"indicator":"ph","left_out":{},"mean":null,"period":"2023-10","readings":0,"reason":"no_readings","reported":null,"section":"qingxi-2"},{"days":0,"indicator":"do","left_out":{},"mean":null,"period":"2023-10","readings":0,"reason":"no_readings","reported":null,"section":"qingxi-2"},{"days":0,"indicator":"codmn","left_out":{},"mean":null,"period":"2023-10","readings":0,"reason":"no_readings","reported":null,"section":"qingxi-2"},{"days":0,"indicator":"nh3n","left_out":{},"mean":null,"period":"2023-10","readings":0,"reason":"no_readings","reported":null,"section":"qingxi-2"},{"days":0,"indicator":"tp","left_out":{},"mean":null,"period":"2023-10","readings":0,"reason":"no_readings","reported":null,"section":"qingxi-2"},{"days":0,"indicator":"ph","left_out":{},"mean":null,"period":"2023-11","readings":0,"reason":"no_readings","reported":null,"section":"qingxi-2"},{"days":0,"indicator":"do","left_out":{},"mean":null,"period":"2023-11","readings":0,"reason":"no_readings","reported":null,"section":"qingxi-2"},{"days":0,"indicator":"codmn","left_out":{},"mean":null,"period":"2023-11","readings":0,"reason":"no_readings","reported":null,"section":"qingxi-2"},{"days":0,"indicator":"nh3n","left_out":{},"mean":null,"period":"2023-11","readings":0,"reason":"no_readings","reported":null,"section":"qingxi-2"},{"days":0,"indicator":"tp","left_out":{},"mean":null,"period":"2023-11","readings":0,"reason":"no_readings","reported":null,"section":"qingxi-2"},{"days":0,"indicator":"ph","left_out":{},"mean":null,"period":"2023-12","readings":0,"reason":"no_readings","reported":null,"section":"qingxi-2"},{"days":0,"indicator":"do","left_out":{},"mean":null,"period":"2023-12","readings":0,"reason":"no_readings","reported":null,"section":"qingxi-2"},{"days":0,"indicator":"codmn","left_out":{},"mean":null,"period":"2023-12","readings":0,"reason":"no_readings","reported":null,"section":"qingxi-2"},{"days":0,"indicator":"nh3n","left_out":{},"mean":null,"period":"2023-12","readings":0,"reason":"no_readings","reported":null,"section":"qingxi-2"},{"days":0,"indicator":"tp","left_out":{},"mean":null,"period":"2023-12","readings":0,"reason":"no_readings","reported":null,"section":"qingxi-2"},{"days":2,"indicator":"ph","left_out":{},"mean":"7.5","period":"2023-01","readings":2,"reason":null,"reported":"8","section":"qingxi-3"},{"days":2,"indicator":"do","left_out":{},"mean":"8","period":"2023-01","readings":2,"reason":null,"reported":"8","section":"qingxi-3"},{"days":2,"indicator":"codmn","left_out":{},"mean":"3.5","period":"2023-01","readings":2,"reason":null,"reported":"3.5","section":"qingxi-3"},{"days":2,"indicator":"nh3n","left_out":{},"mean":"0.4","period":"2023-01","readings":2,"reason":null,"reported":"0.4","section":"qingxi-3"},{"days":2,"indicator":"tp","left_out":{},"mean":"0.15","period":"2023-01","readings":2,"reason":null,"reported":"0.15","section":"qingxi-3"},{"days":2,"indicator":"ph","left_out":{},"mean":"7.5","period":"2023-02","readings":2,"reason":null,"reported":"8","section":"qingxi-3"},{"days":2,"indicator":"do","left_out":{},"mean":"8","period":"2023-02","readings":2,"reason":null,"reported":"8","section":"qingxi-3"},{"days":2,"indicator":"codmn","left_out":{},"mean":"3.5","period":"2023-02","readings":2,"reason":null,"reported":"3.5","section":"qingxi-3"},{"days":2,"indicator":"nh3n","left_out":{},"mean":"0.4","period":"2023-02","readings":2,"reason":null,"reported":"0.4","section":"qingxi-3"},{"days":2,"indicator":"tp","left_out":{},"mean":"0.25","period":"2023-02","readings":2,"reason":null,"reported":"0.25","section":"qingxi-3"},{"days":2,"indicator":"ph","left_out":{},"mean":"7.5","period":"2023-03","readings":2,"reason":null,"reported":"8","section":"qingxi-3"},{"days":2,"indicator":"do","left_out":{},"mean":"8","period":"2023-03","readings":2,"reason":null,"reported":"8","section":"qingxi-3"},{"days":2,"indicator":"codmn","left_out":{},"mean":"3.5","period":"2023-03","readings":2,"reason":null,"reported":"3.5","section":"qingxi-3"},{"days":2,"indicator":"nh3n","left_out":{},"mean":"0.4","period":"2023-03","readings":2,"reason":null,"reported":"0.4","section":"qingxi-3"},{"days":2,"indicator":"tp","left_out":{},"mean":"0.35","period":"2023-03","readings":2,"reason":null,"reported":"0.35","section":"qingxi-3"},{"days":0,"indicator":"ph","left_out":{},"mean":null,"period":"2023-04","readings":0,"reason":"no_readings","reported":null,"section":"qingxi-3"},{"days":0,"indicator":"do","left_out":{},"mean":null,"period":"2023-04","readings":0,"reason":"no_readings","reported":null,"section":"qingxi-3"},{"days":0,"indicator":"codmn","left_out":{},"mean":null,"period":"2023-04","readings":0,"reason":"no_readings","reported":null,"section":"qingxi-3"},{"days":0,"indicator":"nh3n","left_out":{},"mean":null,"period":"2023-04","readings":0,"reason":"no_readings","reported":null,"section":"qingxi-3"},{"days":0,"indicator":"tp","left_out":{},"mean":null,"period":"2023-04","readings":0,"reason":"no_readings","reported":null,"section":"qingxi-3"},{"days":0,"indicator":"ph","left_out":{},"mean":null,"period":"2023-05","readings":0,"reason":"no_readings","reported":null,"section":"qingxi-3"},{"days":0,"indicator":"do","left_out":{},"mean":null,"period":"2023-05","readings":0,"reason":"no_readings","reported":null,"section":"qingxi-3"},{"days":0,"indicator":"codmn","left_out":{},"mean":null,"period":"2023-05","readings":0,"reason":"no_readings","reported":null,"section":"qingxi-3"},{"days":0,"indicator":"nh3n","left_out":{},"mean":null,"period":"2023-05","readings":0,"reason":"no_readings","reported":null,"section":"qingxi-3"},{"days":0,"indicator":"tp","left_out":{},"mean":null,"period":"2023-05","readings":0,"reason":"no_readings","reported":null,"section":"qingxi-3"},{"days":0,"indicator":"ph","left_out":{},"mean":null,"period":"2023-06","readings":0,"reason":"no_readings","reported":null,"section":"qingxi-3"},{"days":0,"indicator":"do","left_out":{},"mean":null,"period":"2023-06","readings":0,"reason":"no_readings","reported":null,"section":"qingxi-3"},{"days":0,"indicator":"codmn","left_out":{},"mean":null,"period":"2023-06","readings":0,"reason":"no_readings","reported":null,"section":"qingxi-3"},{"days":0,"indicator":"nh3n","left_out":{},"mean":null,"period":"2023-06","readings":0,"reason":"no_readings","reported":null,"section":"qingxi-3"},{"days":0,"indicator":"tp","left_out":{},"mean":null,"period":"2023-06","readings":0,"reason":"no_readings","reported":null,"section":"qingxi-3"},{"days":0,"indicator":"ph","left_out":{},"mean":null,"period":"2023-07","readings":0,"reason":"no_readings","reported":null,"section":"qingxi-3"},{"days":0,"indicator":"do","left_out":{},"mean":null,"period":"2023-07","readings":0,"reason":"no_readings","reported":null,"section":"qingxi-3"},{"days":0,"indicator":"codmn","left_out":{},"mean":null,"period":"2023-07","readings":0,"reason":"no_readings","reported":null,"section":"qingxi-3"},{"days":0,"indicator":"nh3n","left_out":{},"mean":null,"period":"2023-07","readings":0,"reason":"no_readings","reported":null,"section":"qingxi-3"},{"days":0,"indicator":"tp","left_out":{},"mean":null,"period":"2023-07","readings":0,"reason":"no_readings","reported":null,"section":"qingxi-3"},{"days":0,"indicator":"ph","left_out":{},"mean":null,"period":"2023-08","readings":0,"reason":"no_readings","reported":null,"section":"qingxi-3"},{"days":0,"indicator":"do","left_out":{},"mean":null,"period":"2023-08","readings":0,"reason":"no_readings","reported":null,"section":"qingxi-3"},{"days":0,"indicator":"codmn","left_out":{},"mean":null,"period":"2023-08","readings":0,"reason":"no_readings","reported":null,"section":"qingxi-3"},{"days":0,"indicator":"nh3n","left_out":{},"mean":null,"period":"2023-08","readings":0,"reason":"no_readings","reported":null,"section":"qingxi-3"},{"days":0,"indicator":"tp","left_out":{},"mean":null,"period":"2023-08","readings":0,"reason":"no_readings","reported":null,"section":"qingxi-3"},{"days":0,"indicator":"ph","left_out":{},"mean":null,"period":"2023-09","readings":0,"reason":"no_readings","reported":null,"section":"qingxi-3"},{"days":0,"indicator":"do","left_out":{},"mean":null,"period":"2023-09","readings":0,"reason":"no_readings","reported":null,"section":"qingxi-3"},{"days":0,"indicator":"codmn","left_out":{},"mean":null,"period":"2023-09","readings":0,"reason":"no_readings","reported":null,"section":"qingxi-3"},{"days":0,"indicator":"nh3n","left_out":{},"mean":null,"period":"2023-09","readings":0,"reason":"no_readings","reported":null,"section":"qingxi-3"},{"days":0,"indicator":"tp","left_out":{},"mean":null,"period":"2023-09","readings":0,"reason":"no_readings","reported":null,"section":"qingxi-3"},{"days":0,"indicator":"ph","left_out":{},"mean":null,"period":"2023-10","readings":0,"reason":"no_readings","reported":null,"section":"qingxi-3"},{"days":0,"indicator":"do","left_out":{},"mean":null,"period":"2023-10","readings":0,"reason":"no_readings","reported":null,"section":"qingxi-3"},{"days":0,"indicator":"codmn","left_out":{},"mean":null,"period":"2023-10","readings":0,"reason":"no_readings","reported":null,"section":"qingxi-3"},{"days":0,"indicator":"nh3n","left_out":{},"mean":null,"period":"2023-10","readings":0,"reason":"no_readings","reported":null,"section":"qingxi-3"},{"days":0,"indicator":"tp","left_out":{},"mean":null,"period":"2023-10","readings":0,"reason":"no_readings","reported":null,"section":"qingxi-3"},{"days":0,"indicator":"ph","left_out":{},"mean":null,"period":"2023-11","readings":0,"reason":"no_readings","reported":null,"section":"qingxi-3"},{"days":0,"indicator":"do","left_out":{},"mean":null,"period":"2023-11","readings":0,"reason":"no_readings","reported":null,"section":"qingxi-3"},{"days":0,"indicator":"codmn","left_out":{},"mean":null,"period":"2023-11","readings":0,"reason":"no_readings","reported":null,"section":"qingxi-3"},{"days":0,"indicator":"nh3n","left_out":{},"mean":null,"period":"2023-11","readings":0,"reason":"no_readings","reported":null,"section":"qingxi-3"},{"days":0,"indicator":"tp","left_out":{},"mean":null,"period":"2023-11","readings":0,"reason":"no_readings","reported":null,"section":"qingxi-3"},{"days":0,"indicator":"ph","left_out":{},"mean":null,"period":"2023-12","readings":0,"reason":"no_readings","reported":null,"section":"qingxi-3"},{"days":0,"indicator":"do","left_out":{},"mean":null,"period":"2023-12","readings":0,"reason":"no_readings","reported":null,"section":"qingxi-3"},{"days":0,"indicator":"codmn","left_out":{},"mean":null,"period":"2023-12","readings":0,"reason":"no_readings","reported":null,"section":"qingxi-3"},{"days":0,"indicator":"nh3n","left_out":{},"mean":null,"period":"2023-12","readings":0,"reason":"no_readings","reported":null,"section":"qingxi-3"},{"days":0,"indicator":"tp","left_out":{},"mean":null,"period":"2023-12","readings":0,"reason":"no_readings","reported":null,"section":"qingxi-3"},{"days":6,"indicator":"ph","left_out":{},"mean":"7.5","period":"2023","readings":6,"reason":null,"reported":"8","section":"qingxi-2"},{"days":6,"indicator":"do","left_out":{},"mean":"8","period":"2023","readings":6,"reason":null,"reported":"8","section":"qingxi-2"},{"days":6,"indicator":"codmn","left_out":{"implausible":1},"mean":"3.5","period":"2023","readings":6,"reason":null,"reported":"3.5","section":"qingxi-2"},{"days":7,"indicator":"nh3n","left_out":{"unreadable_number":1,"维护":1},"mean":"0.362222222222","period":"2023","readings":7,"reason":null,"reported":"0.36","section":"qingxi-2"},{"days":6,"indicator":"tp","left_out":{},"mean":"0.25","period":"2023","readings":6,"reason":null,"reported":"0.25","section":"qingxi-2"},{"days":6,"indicator":"ph","left_out":{},"mean":"7.5","period":"2023","readings":6,"reason":null,"reported":"8","section":"qingxi-3"},{"days":6,"indicator":"do","left_out":{},"mean":"8","period":"2023","readings":6,"reason":null,"reported":"8","section":"qingxi-3"},{"days":6,"indicator":"codmn","left_out":{},"mean":"3.5","period":"2023","readings":6,"reason":null,"reported":"3.5","section":"qingxi-3"},{"days":6,"indicator":"nh3n","left_out":{},"mean":"0.4","period":"2023","readings":6,"reason":null,"reported":"0.4","section":"qingxi-3"},{"days":6,"indicator":"tp","left_out":{},"mean":"0.25","period":"2023","readings":6,"reason":null,"reported":"0.25","section":"qingxi-3"},{"days":0,"indicator":"codmn","left_out":{},"mean":null,"period":"2023-01","readings":0,"reason":"no_readings","reported":null,"section":"qingxi-1"},{"days":0,"indicator":"codmn","left_out":{},"mean":null,"period":"2023-02","readings":0,"reason":"no_readings","reported":null,"section":"qingxi-1"},{"days":0,"indicator":"codmn","left_out":{},"mean":null,"period":"2023-03","readings":0,"reason":"no_readings","reported":null,"section":"qingxi-1"},{"days":0,"indicator":"codmn","left_out":{},"mean":null,"period":"2023-04","readings":0,"reason":"no_readings","reported":null,"section":"qingxi-1"},{"days":0,"indicator":"codmn","left_out":{},"mean":null,"period":"2023-05","readings":0,"reason":"no_readings","reported":null,"section":"qingxi-1"},{"days":0,"indicator":"codmn","left_out":{},"mean":null,"period":"2023-06","readings":0,"reason":"no_readings","reported":null,"section":"qingxi-1"},{"days":0,"indicator":"codmn","left_out":{},"mean":null,"period":"2023-07","readings":0,"reason":"no_readings","reported":null,"section":"qingxi-1"},{"days":0,"indicator":"codmn","left_out":{},"mean":null,"period":"2023-08","readings":0,"reason":"no_readings","reported":null,"section":"qingxi-1"},{"days":0,"indicator":"codmn","left_out":{},"mean":null,"period":"2023-09","readings":0,"reason":"no_readings","reported":null,"section":"qingxi-1"},{"days":0,"indicator":"codmn","left_out":{},"mean":null,"period":"2023-10","readings":0,"reason":"no_readings","reported":null,"section":"qingxi-1"},{"days":0,"indicator":"codmn","left_out":{},"mean":null,"period":"2023-11","readings":0,"reason":"no_readings","reported":null,"section":"qingxi-1"},{"days":0,"indicator":"codmn","left_out":{},"mean":null,"period":"2023-12","readings":0,"reason":"no_readings","reported":null,"section":"qingxi-1"},{"days":0,"indicator":"nh3n","left_out":{},"mean":null,"period":"2023-01","readings":0,"reason":"no_readings","reported":null,"section":"qingxi-1"},{"days":0,"indicator":"nh3n","left_out":{},"mean":null,"period":"2023-02","readings":0,"reason":"no_readings","reported":null,"section":"qingxi-1"},{"days":0,"indicator":"nh3n","left_out":{},"mean":null,"period":"2023-03","readings":0,"reason":"no_readings","reported":null,"section":"qingxi-1"},{"days":0,"indicator":"nh3n","left_out":{},"mean":null,"period":"2023-04","readings":0,"reason":"no_readings","reported":null,"section":"qingxi-1"},{"days":0,"indicator":"nh3n","left_out":{},"mean":null,"period":"2023-05","readings":0,"reason":"no_readings","reported":null,"section":"qingxi-1"},{"days":0,"indicator":"nh3n","left_out":{},"mean":null,"period":"2023-06","readings":0,"reason":"no_readings","reported":null,"section":"qingxi-1"},{"days":0,"indicator":"nh3n","left_out":{},"mean":null,"period":"2023-07","readings":0,"reason":"no_readings","reported":null,"section":"qingxi-1"},{"days":0,"indicator":"nh3n","left_out":{},"mean":null,"period":"2023-08","readings":0,"reason":"no_readings","reported":null,"section":"qingxi-1"},{"days":0,"indicator":"nh3n","left_out":{},"mean":null,"period":"2023-09","readings":0,"reason":"no_readings","reported":null,"section":"qingxi-1"},{"days":0,"indicator":"nh3n","left_out":{},"mean":null,"period":"2023-10","readings":0,"reason":"no_readings","reported":null,"section":"qingxi-1"},{"days":0,"indicator":"nh3n","left_out":{},"mean":null,"period":"2023-11","readings":0,"reason":"no_readings","reported":null,"section":"qingxi-1"},{"days":0,"indicator":"nh3n","left_out":{},"mean":null,"period":"2023-12","readings":0,"reason":"no_readings","reported":null,"section":"qingxi-1"},{"days":0,"indicator":"tp","left_out":{},"mean":null,"period":"2023-01","readings":0,"reason":"no_readings","reported":null,"section":"qingxi-1"},{"days":0,"indicator":"tp","left_out":{},"mean":null,"period":"2023-02","readings":0,"reason":"no_readings","reported":null,"section":"qingxi-1"},{"days":0,"indicator":"tp","left_out":{},"mean":null,"period":"2023-03","readings":0,"reason":"no_readings","reported":null,"section":"qingxi-1"},{"days":0,"indicator":"tp","left_out":{},"mean":null,"period":"2023-04","readings":0,"reason":"no_readings","reported":null,"section":"qingxi-1"},{"days":0,"indicator":"tp","left_out":{},"mean":null,"period":"2023-05","readings":0,"reason":"no_readings","reported":null,"section":"qingxi-1"},{"days":0,"indicator":"tp","left_out":{},"mean":null,"period":"2023-06","readings":0,"reason":"no_readings","reported":null,"section":"qingxi-1"},{"days":0,"indicator":"tp","left_out":{},"mean":null,"period":"2023-07","readings":0,"reason":"no_readings","reported":null,"section":"qingxi-1"},{"days":0,"indicator":"tp","left_out":{},"mean":null,"period":"2023-08","readings":0,"reason":"no_readings","reported":null,"section":"qingxi-1"},{"days":0,"indicator":"tp","left_out":{},"mean":null,"period":"2023-09","readings":0,"reason":"no_readings","reported":null,"section":"qingxi-1"},{"days":0,"indicator":"tp","left_out":{},"mean":null,"period":"2023-10","readings":0,"reason":"no_readings","reported":null,"section":"qingxi-1"},{"days":0,"indicator":"tp","left_out":{},"mean":null,"period":"2023-11","readings":0,"reason":"no_readings","reported":null,"section":"qingxi-1"},{"days":0,"indicator":"tp","left_out":{},"mean":null,"period":"2023-12","readings":0,"reason":"no_readings","reported":null,"section":"qingxi-1"},{"days":0,"indicator":"codmn","left_out":{},"mean":null,"period":"2022-01","readings":0,"reason":"no_readings","reported":null,"section":"qingxi-2"},{"days":0,"indicator":"codmn","left_out":{},"mean":null,"period":"2022-02","readings":0,"reason":"no_readings","reported":null,"section":"qingxi-2"},{"days":0,"indicator":"codmn","left_out":{},"mean":null,"period":"2022-03","readings":0,"reason":"no_readings","reported":null,"section":"qingxi-2"},{"days":0,"indicator":"codmn","left_out":{},"mean":null,"period":"2022-04","readings":0,"reason":"no_readings","reported":null,"section":"qingxi-2"},{"days":0,"indicator":"codmn","left_out":{},"mean":null,"period":"2022-05","readings":0,"reason":"no_readings","reported":null,"section":"qingxi-2"},{"days":0,"indicator":"codmn","left_out":{},"mean":null,"period":"2022-06","readings":0,"reason":"no_readings","reported":null,"section":"qingxi-2"},{"days":0,"indicator":"codmn","left_out":{},"mean":null,"period":"2022-07","readings":0,"reason":"no_readings","reported":null,"section":"qingxi-2"},{"days":0,"indicator":"codmn","left_out":{},"mean":null,"period":"2022-08","readings":0,"reason":"no_readings","reported":null,"section":"qingxi-2"},{"days":0,"indicator":"codmn","left_out":{},"mean":null,"period":"2022-09","readings":0,"reason":"no_readings","reported":null,"section":"qingxi-2"},{"days":0,"indicator":"codmn","left_out":{},"mean":null,"period":"2022-10","readings":0,"reason":"no_readings","reported":null,"section":"qingxi-2"},{"days":0,"indicator":"codmn","left_out":{},"mean":null,"period":"2022-11","readings":0,"reason":"no_readings","reported":null,"section":"qingxi-2"},{"days":0,"indicator":"codmn","left_out":{},"mean":null,"period":"2022-12","readings":0,"reason":"no_readings","reported":null,"section":"qingxi-2"},{"days":0,"indicator":"codmn","left_out":{},"mean":null,"period":"2022-01","readings":0,"reason":"no_readings","reported":null,"section":"qingxi-3"},{"days":0,"indicator":"codmn","left_out":{},"mean":null,"period":"2022-02","readings":0,"reason":"no_readings","reported":null,"section":"qingxi-3"},{"days":0,"indicator":"codmn","left_out":{},"mean":null,"period":"2022-03","readings":0,"reason":"no_readings","reported":null,"section":"qingxi-3"},{"days":0,"indicator":"codmn","left_out":{},"mean":null,"period":"2022-04","readings":0,"reason":"no_readings","reported":null,"section":"qingxi-3"},{"days":0,"indicator":"codmn","left_out":{},"mean":null,"period":"2022-05","readings":0,"reason":"no_readings","reported":null,"section":"qingxi-3"},{"days":0,"indicator":"codmn","left_out":{},"mean":null,"period":"2022-06","readings":0,"reason":"no_readings","reported":null,"section":"qingxi-3"},{"days":0,"indicator":"codmn","left_out":{},"mean":null,"period":"2022-07","readings":0,"reason":"no_readings","reported":null,"section":"qingxi-3"},{"days":0,"indicator":"codmn","left_out":{},"mean":null,"period":"2022-08","readings":0,"reason":"no_readings","reported":null,"section":"qingxi-3"},{"days":0,"indicator":"codmn","left_out":{},"mean":null,"period":"2022-09","readings":0,"reason":"no_readings","reported":null,"section":"qingxi-3"},{"days":0,"indicator":"codmn","left_out":{},"mean":null,"period":"2022-10","readings":0,"reason":"no_readings","reported":null,"section":"qingxi-3"},{"days":0,"indicator":"codmn","left_out":{},"mean":null,"period":"2022-11","readings":0,"reason":"no_readings","reported":null,"section":"qingxi-3"},{"days":0,"indicator":"codmn","left_out":{},"mean":null,"period":"2022-12","readings":0,"reason":"no_readings","reported":null,"section":"qingxi-3"}],"title":"流域水环境绩效评价表（样例）","verified":false}','2023-04-10T03:37:00.038254Z');
CREATE TABLE entries (
	status INTEGER NOT NULL, 
	ordinal INTEGER NOT NULL, 
	party TEXT NOT NULL, 
	counterparty TEXT NOT NULL, 
	fen BIGINT NOT NULL, 
	PRIMARY KEY (status, ordinal), 
	FOREIGN KEY(status) REFERENCES statuses (id)
);
INSERT INTO "entries" VALUES(6,0,'shanzhou','pingzhou',-50000000);
INSERT INTO "entries" VALUES(6,1,'pingzhou','shanzhou',50000000);
INSERT INTO "entries" VALUES(6,2,'pingzhou','haizhou',-50000000);
INSERT INTO "entries" VALUES(6,3,'haizhou','pingzhou',50000000);
INSERT INTO "entries" VALUES(7,0,'shanzhou','pingzhou',50000000);
INSERT INTO "entries" VALUES(7,1,'pingzhou','shanzhou',-50000000);
INSERT INTO "entries" VALUES(7,2,'pingzhou','haizhou',50000000);
INSERT INTO "entries" VALUES(7,3,'haizhou','pingzhou',-50000000);
INSERT INTO "entries" VALUES(10,0,'shanzhou','pingzhou',-50000000);
INSERT INTO "entries" VALUES(10,1,'pingzhou','shanzhou',50000000);
INSERT INTO "entries" VALUES(10,2,'pingzhou','haizhou',-50000000);
INSERT INTO "entries" VALUES(10,3,'haizhou','pingzhou',50000000);
INSERT INTO "entries" VALUES(11,0,'shanzhou','pingzhou',50000000);
INSERT INTO "entries" VALUES(11,1,'pingzhou','shanzhou',-50000000);
INSERT INTO "entries" VALUES(11,2,'pingzhou','haizhou',50000000);
INSERT INTO "entries" VALUES(11,3,'haizhou','pingzhou',-50000000);
INSERT INTO "entries" VALUES(11,4,'shanzhou','pingzhou',-50000000);
INSERT INTO "entries" VALUES(11,5,'pingzhou','shanzhou',50000000);
INSERT INTO "entries" VALUES(11,6,'pingzhou','haizhou',-50000000);
INSERT INTO "entries" VALUES(11,7,'haizhou','pingzhou',50000000);
INSERT INTO "entries" VALUES(11,8,'shanzhou','pingzhou',50000000);
INSERT INTO "entries" VALUES(11,9,'pingzhou','shanzhou',-50000000);
INSERT INTO "entries" VALUES(11,10,'pingzhou','haizhou',50000000);
INSERT INTO "entries" VALUES(11,11,'haizhou','pingzhou',-50000000);
CREATE TABLE facts (
	id INTEGER NOT NULL, 
	subject TEXT NOT NULL, 
	period TEXT NOT NULL, 
	kind TEXT NOT NULL, 
	value TEXT NOT NULL, 
	document TEXT NOT NULL, 
	recorded_by TEXT NOT NULL, 
	recorded_at TEXT NOT NULL, 
	approved_by TEXT, 
	PRIMARY KEY (id)
);
INSERT INTO "facts" VALUES(1,'qingxi-2','2023-02','dry','1','水文公报第3号','某甲','2023-04-10T00:49:00.008638Z','某乙');
CREATE TABLE filled_slots (
	month TEXT NOT NULL, 
	station TEXT NOT NULL, 
	indicator TEXT NOT NULL, 
	accepted INTEGER NOT NULL, 
	due INTEGER NOT NULL, 
	counted_at TEXT NOT NULL, 
	PRIMARY KEY (month, station, indicator)
);
INSERT INTO "filled_slots" VALUES('2023-03','demo-qx2','ph',2,186,'2023-04-10T02:06:00.022212Z');
INSERT INTO "filled_slots" VALUES('2023-03','demo-qx2','do',2,186,'2023-04-10T02:06:00.022212Z');
INSERT INTO "filled_slots" VALUES('2023-03','demo-qx2','codmn',2,186,'2023-04-10T02:06:00.022212Z');
INSERT INTO "filled_slots" VALUES('2023-03','demo-qx2','nh3n',2,186,'2023-04-10T02:06:00.022212Z');
INSERT INTO "filled_slots" VALUES('2023-03','demo-qx2','tp',2,186,'2023-04-10T02:06:00.022212Z');
INSERT INTO "filled_slots" VALUES('2023-03','demo-qx3','ph',2,186,'2023-04-10T02:06:00.022212Z');
INSERT INTO "filled_slots" VALUES('2023-03','demo-qx3','do',2,186,'2023-04-10T02:06:00.022212Z');
INSERT INTO "filled_slots" VALUES('2023-03','demo-qx3','codmn',2,186,'2023-04-10T02:06:00.022212Z');
INSERT INTO "filled_slots" VALUES('2023-03','demo-qx3','nh3n',2,186,'2023-04-10T02:06:00.022212Z');
INSERT INTO "filled_slots" VALUES('2023-03','demo-qx3','tp',2,186,'2023-04-10T02:06:00.022212Z');
INSERT INTO "filled_slots" VALUES('2023-04','demo-qx2','ph',0,56,'2023-04-10T02:06:00.022212Z');
INSERT INTO "filled_slots" VALUES('2023-04','demo-qx2','do',0,56,'2023-04-10T02:06:00.022212Z');
INSERT INTO "filled_slots" VALUES('2023-04','demo-qx2','codmn',0,56,'2023-04-10T02:06:00.022212Z');
INSERT INTO "filled_slots" VALUES('2023-04','demo-qx2','nh3n',0,56,'2023-04-10T02:06:00.022212Z');
INSERT INTO "filled_slots" VALUES('2023-04','demo-qx2','tp',0,56,'2023-04-10T02:06:00.022212Z');
INSERT INTO "filled_slots" VALUES('2023-04','demo-qx3','ph',0,56,'2023-04-10T02:06:00.022212Z');
INSERT INTO "filled_slots" VALUES('2023-04','demo-qx3','do',0,56,'2023-04-10T02:06:00.022212Z');
INSERT INTO "filled_slots" VALUES('2023-04','demo-qx3','codmn',0,56,'2023-04-10T02:06:00.022212Z');
INSERT INTO "filled_slots" VALUES('2023-04','demo-qx3','nh3n',0,56,'2023-04-10T02:06:00.022212Z');
INSERT INTO "filled_slots" VALUES('2023-04','demo-qx3','tp',0,56,'2023-04-10T02:06:00.022212Z');
CREATE TABLE flags (
	station TEXT NOT NULL, 
	indicator TEXT NOT NULL, 
	time TEXT NOT NULL, 
	revision INTEGER NOT NULL, 
	test TEXT NOT NULL, 
	run INTEGER NOT NULL, 
	quality INTEGER NOT NULL, 
	recorded_at TEXT NOT NULL, 
	PRIMARY KEY (station, indicator, time, revision, test, run)
)
 WITHOUT ROWID

;
CREATE TABLE idempotency_keys (
	"key" TEXT NOT NULL, 
	body_sha256 TEXT NOT NULL, 
	answer TEXT NOT NULL, 
	recorded_at TEXT NOT NULL, 
	PRIMARY KEY ("key")
);
INSERT INTO "idempotency_keys" VALUES('req-1','cdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcd','{"id":1}','2023-04-10T01:24:00.014808Z');
CREATE TABLE locks (
	name TEXT NOT NULL, 
	holder TEXT NOT NULL, 
	expires_at TEXT NOT NULL, 
	PRIMARY KEY (name)
);
INSERT INTO "locks" VALUES('req-1','vm:7238:231490','2023-04-10T02:17:00.013574Z');
CREATE TABLE obligations (
	settlement TEXT NOT NULL, 
	ordinal INTEGER NOT NULL, 
	clause TEXT NOT NULL, 
	period TEXT NOT NULL, 
	payer TEXT NOT NULL, 
	payee TEXT NOT NULL, 
	fen BIGINT NOT NULL, 
	PRIMARY KEY (settlement, ordinal), 
	FOREIGN KEY(settlement) REFERENCES settlements (id)
);
INSERT INTO "obligations" VALUES('demo-small-monthly-2023-02-cc0788b44b35',0,'4.1','2023-02','shanzhou','pingzhou',50000000);
INSERT INTO "obligations" VALUES('demo-small-monthly-2023-02-cc0788b44b35',1,'4.1','2023-02','pingzhou','haizhou',50000000);
INSERT INTO "obligations" VALUES('demo-small-monthly-2023-03-354ea7879376',0,'4.1','2023-03','shanzhou','pingzhou',100000000);
INSERT INTO "obligations" VALUES('demo-small-monthly-2023-03-354ea7879376',1,'4.1','2023-03','pingzhou','haizhou',100000000);
CREATE TABLE observations (
	station TEXT NOT NULL, 
	indicator TEXT NOT NULL, 
	time TEXT NOT NULL, 
	revision INTEGER NOT NULL, 
	value FLOAT NOT NULL, 
	censored BOOLEAN NOT NULL, 
	status TEXT NOT NULL, 
	mark TEXT NOT NULL, 
	reading INTEGER NOT NULL, 
	recorded_at TEXT NOT NULL, 
	PRIMARY KEY (station, indicator, time, revision)
)
 WITHOUT ROWID

;
INSERT INTO "observations" VALUES('demo-qx2','codmn','2023-01-05T00:00:00.000000Z',1,3.5,0,'','',5,'2023-04-10T00:07:00.001234Z');
INSERT INTO "observations" VALUES('demo-qx2','codmn','2023-01-06T00:00:00.000000Z',1,3.5,0,'','',6,'2023-04-10T00:07:00.001234Z');
INSERT INTO "observations" VALUES('demo-qx2','codmn','2023-02-05T00:00:00.000000Z',1,3.5,0,'','',15,'2023-04-10T00:07:00.001234Z');
INSERT INTO "observations" VALUES('demo-qx2','codmn','2023-02-06T00:00:00.000000Z',1,3.5,0,'','',16,'2023-04-10T00:07:00.001234Z');
INSERT INTO "observations" VALUES('demo-qx2','codmn','2023-03-05T00:00:00.000000Z',1,3.5,0,'','',25,'2023-04-10T00:07:00.001234Z');
INSERT INTO "observations" VALUES('demo-qx2','codmn','2023-03-06T00:00:00.000000Z',1,3.5,0,'','',26,'2023-04-10T00:07:00.001234Z');
INSERT INTO "observations" VALUES('demo-qx2','do','2023-01-05T00:00:00.000000Z',1,8.0,0,'','',3,'2023-04-10T00:07:00.001234Z');
INSERT INTO "observations" VALUES('demo-qx2','do','2023-01-06T00:00:00.000000Z',1,8.0,0,'','',4,'2023-04-10T00:07:00.001234Z');
INSERT INTO "observations" VALUES('demo-qx2','do','2023-02-05T00:00:00.000000Z',1,8.0,0,'','',13,'2023-04-10T00:07:00.001234Z');
INSERT INTO "observations" VALUES('demo-qx2','do','2023-02-06T00:00:00.000000Z',1,8.0,0,'','',14,'2023-04-10T00:07:00.001234Z');
INSERT INTO "observations" VALUES('demo-qx2','do','2023-03-05T00:00:00.000000Z',1,8.0,0,'','',23,'2023-04-10T00:07:00.001234Z');
INSERT INTO "observations" VALUES('demo-qx2','do','2023-03-06T00:00:00.000000Z',1,8.0,0,'','',24,'2023-04-10T00:07:00.001234Z');
INSERT INTO "observations" VALUES('demo-qx2','nh3n','2023-01-05T00:00:00.000000Z',1,0.4,0,'','',7,'2023-04-10T00:07:00.001234Z');
INSERT INTO "observations" VALUES('demo-qx2','nh3n','2023-01-06T00:00:00.000000Z',1,0.4,0,'','',8,'2023-04-10T00:07:00.001234Z');
INSERT INTO "observations" VALUES('demo-qx2','nh3n','2023-02-05T00:00:00.000000Z',1,0.4,0,'','',17,'2023-04-10T00:07:00.001234Z');
INSERT INTO "observations" VALUES('demo-qx2','nh3n','2023-02-05T00:00:00.000000Z',2,0.45,0,'','修约',65,'2023-04-10T00:21:00.003702Z');
INSERT INTO "observations" VALUES('demo-qx2','nh3n','2023-02-06T00:00:00.000000Z',1,0.4,0,'','',18,'2023-04-10T00:07:00.001234Z');
INSERT INTO "observations" VALUES('demo-qx2','nh3n','2023-02-18T00:00:00.000000Z',1,0.02,1,'','',61,'2023-04-10T00:07:00.001234Z');
INSERT INTO "observations" VALUES('demo-qx2','nh3n','2023-02-19T00:00:00.000000Z',1,0.4,0,'维护','',64,'2023-04-10T00:07:00.001234Z');
INSERT INTO "observations" VALUES('demo-qx2','nh3n','2023-03-05T00:00:00.000000Z',1,0.4,0,'','',27,'2023-04-10T00:07:00.001234Z');
INSERT INTO "observations" VALUES('demo-qx2','nh3n','2023-03-06T00:00:00.000000Z',1,0.4,0,'','',28,'2023-04-10T00:07:00.001234Z');
INSERT INTO "observations" VALUES('demo-qx2','ph','2023-01-05T00:00:00.000000Z',1,7.5,0,'','',1,'2023-04-10T00:07:00.001234Z');
INSERT INTO "observations" VALUES('demo-qx2','ph','2023-01-06T00:00:00.000000Z',1,7.5,0,'','',2,'2023-04-10T00:07:00.001234Z');
INSERT INTO "observations" VALUES('demo-qx2','ph','2023-02-05T00:00:00.000000Z',1,7.5,0,'','',11,'2023-04-10T00:07:00.001234Z');
INSERT INTO "observations" VALUES('demo-qx2','ph','2023-02-06T00:00:00.000000Z',1,7.5,0,'','',12,'2023-04-10T00:07:00.001234Z');
INSERT INTO "observations" VALUES('demo-qx2','ph','2023-03-05T00:00:00.000000Z',1,7.5,0,'','',21,'2023-04-10T00:07:00.001234Z');
INSERT INTO "observations" VALUES('demo-qx2','ph','2023-03-06T00:00:00.000000Z',1,7.5,0,'','',22,'2023-04-10T00:07:00.001234Z');
INSERT INTO "observations" VALUES('demo-qx2','tp','2023-01-05T00:00:00.000000Z',1,0.15,0,'','',9,'2023-04-10T00:07:00.001234Z');
INSERT INTO "observations" VALUES('demo-qx2','tp','2023-01-06T00:00:00.000000Z',1,0.15,0,'','',10,'2023-04-10T00:07:00.001234Z');
INSERT INTO "observations" VALUES('demo-qx2','tp','2023-02-05T00:00:00.000000Z',1,0.25,0,'','',19,'2023-04-10T00:07:00.001234Z');
INSERT INTO "observations" VALUES('demo-qx2','tp','2023-02-06T00:00:00.000000Z',1,0.25,0,'','',20,'2023-04-10T00:07:00.001234Z');
INSERT INTO "observations" VALUES('demo-qx2','tp','2023-03-05T00:00:00.000000Z',1,0.35,0,'','',29,'2023-04-10T00:07:00.001234Z');
INSERT INTO "observations" VALUES('demo-qx2','tp','2023-03-06T00:00:00.000000Z',1,0.35,0,'','',30,'2023-04-10T00:07:00.001234Z');
INSERT INTO "observations" VALUES('demo-qx3','codmn','2023-01-05T00:00:00.000000Z',1,3.5,0,'','',35,'2023-04-10T00:07:00.001234Z');
INSERT INTO "observations" VALUES('demo-qx3','codmn','2023-01-06T00:00:00.000000Z',1,3.5,0,'','',36,'2023-04-10T00:07:00.001234Z');
INSERT INTO "observations" VALUES('demo-qx3','codmn','2023-02-05T00:00:00.000000Z',1,3.5,0,'','',45,'2023-04-10T00:07:00.001234Z');
INSERT INTO "observations" VALUES('demo-qx3','codmn','2023-02-06T00:00:00.000000Z',1,3.5,0,'','',46,'2023-04-10T00:07:00.001234Z');
INSERT INTO "observations" VALUES('demo-qx3','codmn','2023-03-05T00:00:00.000000Z',1,3.5,0,'','',55,'2023-04-10T00:07:00.001234Z');
INSERT INTO "observations" VALUES('demo-qx3','codmn','2023-03-06T00:00:00.000000Z',1,3.5,0,'','',56,'2023-04-10T00:07:00.001234Z');
INSERT INTO "observations" VALUES('demo-qx3','do','2023-01-05T00:00:00.000000Z',1,8.0,0,'','',33,'2023-04-10T00:07:00.001234Z');
INSERT INTO "observations" VALUES('demo-qx3','do','2023-01-06T00:00:00.000000Z',1,8.0,0,'','',34,'2023-04-10T00:07:00.001234Z');
INSERT INTO "observations" VALUES('demo-qx3','do','2023-02-05T00:00:00.000000Z',1,8.0,0,'','',43,'2023-04-10T00:07:00.001234Z');
INSERT INTO "observations" VALUES('demo-qx3','do','2023-02-06T00:00:00.000000Z',1,8.0,0,'','',44,'2023-04-10T00:07:00.001234Z');
INSERT INTO "observations" VALUES('demo-qx3','do','2023-03-05T00:00:00.000000Z',1,8.0,0,'','',53,'2023-04-10T00:07:00.001234Z');
INSERT INTO "observations" VALUES('demo-qx3','do','2023-03-06T00:00:00.000000Z',1,8.0,0,'','',54,'2023-04-10T00:07:00.001234Z');
INSERT INTO "observations" VALUES('demo-qx3','nh3n','2023-01-05T00:00:00.000000Z',1,0.4,0,'','',37,'2023-04-10T00:07:00.001234Z');
INSERT INTO "observations" VALUES('demo-qx3','nh3n','2023-01-06T00:00:00.000000Z',1,0.4,0,'','',38,'2023-04-10T00:07:00.001234Z');
INSERT INTO "observations" VALUES('demo-qx3','nh3n','2023-02-05T00:00:00.000000Z',1,0.4,0,'','',47,'2023-04-10T00:07:00.001234Z');
INSERT INTO "observations" VALUES('demo-qx3','nh3n','2023-02-06T00:00:00.000000Z',1,0.4,0,'','',48,'2023-04-10T00:07:00.001234Z');
INSERT INTO "observations" VALUES('demo-qx3','nh3n','2023-03-05T00:00:00.000000Z',1,0.4,0,'','',57,'2023-04-10T00:07:00.001234Z');
INSERT INTO "observations" VALUES('demo-qx3','nh3n','2023-03-06T00:00:00.000000Z',1,0.4,0,'','',58,'2023-04-10T00:07:00.001234Z');
INSERT INTO "observations" VALUES('demo-qx3','ph','2023-01-05T00:00:00.000000Z',1,7.5,0,'','',31,'2023-04-10T00:07:00.001234Z');
INSERT INTO "observations" VALUES('demo-qx3','ph','2023-01-06T00:00:00.000000Z',1,7.5,0,'','',32,'2023-04-10T00:07:00.001234Z');
INSERT INTO "observations" VALUES('demo-qx3','ph','2023-02-05T00:00:00.000000Z',1,7.5,0,'','',41,'2023-04-10T00:07:00.001234Z');
INSERT INTO "observations" VALUES('demo-qx3','ph','2023-02-06T00:00:00.000000Z',1,7.5,0,'','',42,'2023-04-10T00:07:00.001234Z');
INSERT INTO "observations" VALUES('demo-qx3','ph','2023-03-05T00:00:00.000000Z',1,7.5,0,'','',51,'2023-04-10T00:07:00.001234Z');
INSERT INTO "observations" VALUES('demo-qx3','ph','2023-03-06T00:00:00.000000Z',1,7.5,0,'','',52,'2023-04-10T00:07:00.001234Z');
INSERT INTO "observations" VALUES('demo-qx3','tp','2023-01-05T00:00:00.000000Z',1,0.15,0,'','',39,'2023-04-10T00:07:00.001234Z');
INSERT INTO "observations" VALUES('demo-qx3','tp','2023-01-06T00:00:00.000000Z',1,0.15,0,'','',40,'2023-04-10T00:07:00.001234Z');
INSERT INTO "observations" VALUES('demo-qx3','tp','2023-02-05T00:00:00.000000Z',1,0.25,0,'','',49,'2023-04-10T00:07:00.001234Z');
INSERT INTO "observations" VALUES('demo-qx3','tp','2023-02-06T00:00:00.000000Z',1,0.25,0,'','',50,'2023-04-10T00:07:00.001234Z');
INSERT INTO "observations" VALUES('demo-qx3','tp','2023-03-05T00:00:00.000000Z',1,0.35,0,'','',59,'2023-04-10T00:07:00.001234Z');
INSERT INTO "observations" VALUES('demo-qx3','tp','2023-03-06T00:00:00.000000Z',1,0.35,0,'','',60,'2023-04-10T00:07:00.001234Z');
CREATE TABLE quality_due (
	id INTEGER NOT NULL, 
	station TEXT NOT NULL, 
	first TEXT NOT NULL, 
	last TEXT NOT NULL, 
	PRIMARY KEY (id)
);
CREATE TABLE quality_runs (
	id INTEGER NOT NULL, 
	until_reading INTEGER NOT NULL, 
	recorded_at TEXT NOT NULL, 
	began_at TEXT, 
	PRIMARY KEY (id)
);
INSERT INTO "quality_runs" VALUES(1,65,'2023-04-10T00:42:00.007404Z','2023-04-10T00:35:00.006170Z');
CREATE TABLE quality_tests (
	run INTEGER NOT NULL, 
	indicator TEXT NOT NULL, 
	test TEXT NOT NULL, 
	section TEXT NOT NULL, 
	arguments TEXT NOT NULL, 
	source TEXT NOT NULL, 
	verified BOOLEAN NOT NULL, 
	first TEXT NOT NULL, 
	last TEXT NOT NULL, 
	series INTEGER NOT NULL, 
	readings INTEGER NOT NULL, 
	not_evaluated INTEGER NOT NULL, 
	doubtful INTEGER NOT NULL, 
	unreliable INTEGER NOT NULL, 
	PRIMARY KEY (run, indicator, test, section), 
	FOREIGN KEY(run) REFERENCES quality_runs (id)
);
INSERT INTO "quality_tests" VALUES(1,'codmn','flat_line','','{"longest_gap_hours": 8, "longest_hours": 24, "tolerance": 0}','衡界所定：一昼夜完全不变；未见公布的界限',0,'2023-01-05T00:00:00.000000Z','2023-03-06T00:00:00.000000Z',2,12,12,0,0);
INSERT INTO "quality_tests" VALUES(1,'codmn','gross_range','','{"possible": [0.0, 200.0]}','basin/data/indicators.csv: plausible_min, plausible_max',0,'2023-01-05T00:00:00.000000Z','2023-03-06T00:00:00.000000Z',2,12,0,0,0);
INSERT INTO "quality_tests" VALUES(1,'codmn','rate_of_change','','{"longest_gap_hours": 8, "per_hour": 2}','衡界所定：除非进水或仪器有异，一小时内少见的变化；未见公布的界限',0,'2023-01-05T00:00:00.000000Z','2023-03-06T00:00:00.000000Z',2,12,12,0,0);
INSERT INTO "quality_tests" VALUES(1,'codmn','spike','','{"absolute": 1, "longest_gap_hours": 8, "reach": 2, "relative": 0.3}','衡界所定：远大于相邻四小时间常见的变化；未见公布的界限',0,'2023-01-05T00:00:00.000000Z','2023-03-06T00:00:00.000000Z',2,12,12,0,0);
INSERT INTO "quality_tests" VALUES(1,'do','flat_line','','{"longest_gap_hours": 8, "longest_hours": 24, "tolerance": 0}','衡界所定：一昼夜完全不变；未见公布的界限',0,'2023-01-05T00:00:00.000000Z','2023-03-06T00:00:00.000000Z',2,12,12,0,0);
INSERT INTO "quality_tests" VALUES(1,'do','gross_range','','{"possible": [0.0, 30.0]}','basin/data/indicators.csv: plausible_min, plausible_max',0,'2023-01-05T00:00:00.000000Z','2023-03-06T00:00:00.000000Z',2,12,0,0,0);
INSERT INTO "quality_tests" VALUES(1,'do','oxygen_saturation','','{"least_percent": 0, "most_percent": 200, "numerator": 468, "offset": 31.6}','饱和浓度 468/(31.6+T)，HJ 2.3-2018（见于公开程序，未见原文）；范围为衡界所定，容海拔与藻类过饱和',0,'2023-01-05T00:00:00.000000Z','2023-03-06T00:00:00.000000Z',2,12,12,0,0);
INSERT INTO "quality_tests" VALUES(1,'do','rate_of_change','','{"longest_gap_hours": 8, "per_hour": 2}','衡界所定：除非进水或仪器有异，一小时内少见的变化；未见公布的界限',0,'2023-01-05T00:00:00.000000Z','2023-03-06T00:00:00.000000Z',2,12,12,0,0);
INSERT INTO "quality_tests" VALUES(1,'do','shifted_clock','','{"days": [3, 14], "fit": [0.7, 0.8], "hours": 8, "part_hours": 4}','衡界所定：三日的日变化平移八小时后与此前十四日吻合得多；未见公布的规则，实测见 docs/quality-control.md',0,'2023-01-05T00:00:00.000000Z','2023-03-06T00:00:00.000000Z',2,12,12,0,0);
INSERT INTO "quality_tests" VALUES(1,'do','spike','','{"absolute": 1.5, "longest_gap_hours": 8, "reach": 2, "relative": 0}','衡界所定：远大于相邻四小时间常见的变化；未见公布的界限',0,'2023-01-05T00:00:00.000000Z','2023-03-06T00:00:00.000000Z',2,12,12,0,0);
INSERT INTO "quality_tests" VALUES(1,'nh3n','flat_line','','{"longest_gap_hours": 8, "longest_hours": 24, "tolerance": 0}','衡界所定：一昼夜完全不变；未见公布的界限',0,'2023-01-05T00:00:00.000000Z','2023-03-06T00:00:00.000000Z',2,14,14,0,0);
INSERT INTO "quality_tests" VALUES(1,'nh3n','gross_range','','{"possible": [0.0, 100.0]}','basin/data/indicators.csv: plausible_min, plausible_max',0,'2023-01-05T00:00:00.000000Z','2023-03-06T00:00:00.000000Z',2,14,0,0,0);
INSERT INTO "quality_tests" VALUES(1,'nh3n','part_of_whole','','{"absolute": 0.1, "relative": 0.1}','部分不大于整体；容差为衡界所定',0,'2023-01-05T00:00:00.000000Z','2023-03-06T00:00:00.000000Z',2,14,14,0,0);
INSERT INTO "quality_tests" VALUES(1,'nh3n','rate_of_change','','{"longest_gap_hours": 8, "per_hour": 0.5}','衡界所定：除非进水或仪器有异，一小时内少见的变化；未见公布的界限',0,'2023-01-05T00:00:00.000000Z','2023-03-06T00:00:00.000000Z',2,14,14,0,0);
INSERT INTO "quality_tests" VALUES(1,'nh3n','spike','','{"absolute": 0.1, "longest_gap_hours": 8, "reach": 2, "relative": 0.5}','衡界所定：远大于相邻四小时间常见的变化；未见公布的界限',0,'2023-01-05T00:00:00.000000Z','2023-03-06T00:00:00.000000Z',2,14,14,0,0);
INSERT INTO "quality_tests" VALUES(1,'ph','flat_line','','{"longest_gap_hours": 8, "longest_hours": 24, "tolerance": 0}','衡界所定：一昼夜完全不变；未见公布的界限',0,'2023-01-05T00:00:00.000000Z','2023-03-06T00:00:00.000000Z',2,12,12,0,0);
INSERT INTO "quality_tests" VALUES(1,'ph','gross_range','','{"possible": [0.0, 14.0]}','basin/data/indicators.csv: plausible_min, plausible_max',0,'2023-01-05T00:00:00.000000Z','2023-03-06T00:00:00.000000Z',2,12,0,0,0);
INSERT INTO "quality_tests" VALUES(1,'ph','ions_carry_current','','{"hydrogen": 349.8, "hydroxide": 198.6, "log_product": 14, "share": 0.5}','氢、氢氧根离子 25 °C 极限摩尔电导率 349.8、198.6 S·cm²/mol 与水的离子积，物理化学常数（未见原文）；share 为衡界所定，容温度与活度',0,'2023-01-05T00:00:00.000000Z','2023-03-06T00:00:00.000000Z',2,12,12,0,0);
INSERT INTO "quality_tests" VALUES(1,'ph','rate_of_change','','{"longest_gap_hours": 8, "per_hour": 0.5}','衡界所定：除非进水或仪器有异，一小时内少见的变化；未见公布的界限',0,'2023-01-05T00:00:00.000000Z','2023-03-06T00:00:00.000000Z',2,12,12,0,0);
INSERT INTO "quality_tests" VALUES(1,'ph','shifted_clock','','{"days": [3, 14], "fit": [0.7, 0.8], "hours": 8, "part_hours": 4}','衡界所定：三日的日变化平移八小时后与此前十四日吻合得多；未见公布的规则，实测见 docs/quality-control.md',0,'2023-01-05T00:00:00.000000Z','2023-03-06T00:00:00.000000Z',2,12,12,0,0);
INSERT INTO "quality_tests" VALUES(1,'ph','spike','','{"absolute": 0.3, "longest_gap_hours": 8, "reach": 2, "relative": 0}','衡界所定：远大于相邻四小时间常见的变化；未见公布的界限',0,'2023-01-05T00:00:00.000000Z','2023-03-06T00:00:00.000000Z',2,12,12,0,0);
INSERT INTO "quality_tests" VALUES(1,'tp','flat_line','','{"longest_gap_hours": 8, "longest_hours": 24, "tolerance": 0}','衡界所定：一昼夜完全不变；未见公布的界限',0,'2023-01-05T00:00:00.000000Z','2023-03-06T00:00:00.000000Z',2,12,12,0,0);
INSERT INTO "quality_tests" VALUES(1,'tp','gross_range','','{"possible": [0.0, 50.0]}','basin/data/indicators.csv: plausible_min, plausible_max',0,'2023-01-05T00:00:00.000000Z','2023-03-06T00:00:00.000000Z',2,12,0,0,0);
INSERT INTO "quality_tests" VALUES(1,'tp','rate_of_change','','{"longest_gap_hours": 8, "per_hour": 0.1}','衡界所定：除非进水或仪器有异，一小时内少见的变化；未见公布的界限',0,'2023-01-05T00:00:00.000000Z','2023-03-06T00:00:00.000000Z',2,12,12,0,0);
INSERT INTO "quality_tests" VALUES(1,'tp','spike','','{"absolute": 0.03, "longest_gap_hours": 8, "reach": 2, "relative": 0.5}','衡界所定：远大于相邻四小时间常见的变化；未见公布的界限',0,'2023-01-05T00:00:00.000000Z','2023-03-06T00:00:00.000000Z',2,12,12,0,0);
CREATE TABLE readings (
	id INTEGER NOT NULL, 
	submission INTEGER NOT NULL, 
	file INTEGER NOT NULL, 
	"row" INTEGER NOT NULL, 
	province TEXT NOT NULL, 
	station_text TEXT NOT NULL, 
	station TEXT, 
	indicator TEXT NOT NULL, 
	time TEXT NOT NULL, 
	value_text TEXT NOT NULL, 
	number FLOAT, 
	censored BOOLEAN NOT NULL, 
	unit TEXT NOT NULL, 
	printed TEXT NOT NULL, 
	mark TEXT NOT NULL, 
	status TEXT NOT NULL, 
	water_class TEXT NOT NULL, 
	fate TEXT NOT NULL, 
	code TEXT NOT NULL, 
	revision INTEGER NOT NULL, 
	recorded_at TEXT NOT NULL, 
	reason TEXT, 
	PRIMARY KEY (id)
);
INSERT INTO "readings" VALUES(1,1,0,2,'','demo-qx2','demo-qx2','ph','2023-01-05T00:00:00.000000Z','7.5',7.5,0,'-','7.5','','','','accepted','',1,'2023-04-10T00:07:00.001234Z',NULL);
INSERT INTO "readings" VALUES(2,1,0,3,'','demo-qx2','demo-qx2','ph','2023-01-06T00:00:00.000000Z','7.5',7.5,0,'-','7.5','','','','accepted','',1,'2023-04-10T00:07:00.001234Z',NULL);
INSERT INTO "readings" VALUES(3,1,0,4,'','demo-qx2','demo-qx2','do','2023-01-05T00:00:00.000000Z','8.0',8.0,0,'mg/L','8.0','','','','accepted','',1,'2023-04-10T00:07:00.001234Z',NULL);
INSERT INTO "readings" VALUES(4,1,0,5,'','demo-qx2','demo-qx2','do','2023-01-06T00:00:00.000000Z','8.0',8.0,0,'mg/L','8.0','','','','accepted','',1,'2023-04-10T00:07:00.001234Z',NULL);
INSERT INTO "readings" VALUES(5,1,0,6,'','demo-qx2','demo-qx2','codmn','2023-01-05T00:00:00.000000Z','3.5',3.5,0,'mg/L','3.5','','','','accepted','',1,'2023-04-10T00:07:00.001234Z',NULL);
INSERT INTO "readings" VALUES(6,1,0,7,'','demo-qx2','demo-qx2','codmn','2023-01-06T00:00:00.000000Z','3.5',3.5,0,'mg/L','3.5','','','','accepted','',1,'2023-04-10T00:07:00.001234Z',NULL);
INSERT INTO "readings" VALUES(7,1,0,8,'','demo-qx2','demo-qx2','nh3n','2023-01-05T00:00:00.000000Z','0.40',0.4,0,'mg/L','0.40','','','','accepted','',1,'2023-04-10T00:07:00.001234Z',NULL);
INSERT INTO "readings" VALUES(8,1,0,9,'','demo-qx2','demo-qx2','nh3n','2023-01-06T00:00:00.000000Z','0.40',0.4,0,'mg/L','0.40','','','','accepted','',1,'2023-04-10T00:07:00.001234Z',NULL);
INSERT INTO "readings" VALUES(9,1,0,10,'','demo-qx2','demo-qx2','tp','2023-01-05T00:00:00.000000Z','0.15',0.15,0,'mg/L','0.15','','','','accepted','',1,'2023-04-10T00:07:00.001234Z',NULL);
INSERT INTO "readings" VALUES(10,1,0,11,'','demo-qx2','demo-qx2','tp','2023-01-06T00:00:00.000000Z','0.15',0.15,0,'mg/L','0.15','','','','accepted','',1,'2023-04-10T00:07:00.001234Z',NULL);
INSERT INTO "readings" VALUES(11,1,0,12,'','demo-qx2','demo-qx2','ph','2023-02-05T00:00:00.000000Z','7.5',7.5,0,'-','7.5','','','','accepted','',1,'2023-04-10T00:07:00.001234Z',NULL);
INSERT INTO "readings" VALUES(12,1,0,13,'','demo-qx2','demo-qx2','ph','2023-02-06T00:00:00.000000Z','7.5',7.5,0,'-','7.5','','','','accepted','',1,'2023-04-10T00:07:00.001234Z',NULL);
INSERT INTO "readings" VALUES(13,1,0,14,'','demo-qx2','demo-qx2','do','2023-02-05T00:00:00.000000Z','8.0',8.0,0,'mg/L','8.0','','','','accepted','',1,'2023-04-10T00:07:00.001234Z',NULL);
INSERT INTO "readings" VALUES(14,1,0,15,'','demo-qx2','demo-qx2','do','2023-02-06T00:00:00.000000Z','8.0',8.0,0,'mg/L','8.0','','','','accepted','',1,'2023-04-10T00:07:00.001234Z',NULL);
INSERT INTO "readings" VALUES(15,1,0,16,'','demo-qx2','demo-qx2','codmn','2023-02-05T00:00:00.000000Z','3.5',3.5,0,'mg/L','3.5','','','','accepted','',1,'2023-04-10T00:07:00.001234Z',NULL);
INSERT INTO "readings" VALUES(16,1,0,17,'','demo-qx2','demo-qx2','codmn','2023-02-06T00:00:00.000000Z','3.5',3.5,0,'mg/L','3.5','','','','accepted','',1,'2023-04-10T00:07:00.001234Z',NULL);
INSERT INTO "readings" VALUES(17,1,0,18,'','demo-qx2','demo-qx2','nh3n','2023-02-05T00:00:00.000000Z','0.40',0.4,0,'mg/L','0.40','','','','accepted','',1,'2023-04-10T00:07:00.001234Z',NULL);
INSERT INTO "readings" VALUES(18,1,0,19,'','demo-qx2','demo-qx2','nh3n','2023-02-06T00:00:00.000000Z','0.40',0.4,0,'mg/L','0.40','','','','accepted','',1,'2023-04-10T00:07:00.001234Z',NULL);
INSERT INTO "readings" VALUES(19,1,0,20,'','demo-qx2','demo-qx2','tp','2023-02-05T00:00:00.000000Z','0.25',0.25,0,'mg/L','0.25','','','','accepted','',1,'2023-04-10T00:07:00.001234Z',NULL);
INSERT INTO "readings" VALUES(20,1,0,21,'','demo-qx2','demo-qx2','tp','2023-02-06T00:00:00.000000Z','0.25',0.25,0,'mg/L','0.25','','','','accepted','',1,'2023-04-10T00:07:00.001234Z',NULL);
INSERT INTO "readings" VALUES(21,1,0,22,'','demo-qx2','demo-qx2','ph','2023-03-05T00:00:00.000000Z','7.5',7.5,0,'-','7.5','','','','accepted','',1,'2023-04-10T00:07:00.001234Z',NULL);
INSERT INTO "readings" VALUES(22,1,0,23,'','demo-qx2','demo-qx2','ph','2023-03-06T00:00:00.000000Z','7.5',7.5,0,'-','7.5','','','','accepted','',1,'2023-04-10T00:07:00.001234Z',NULL);
INSERT INTO "readings" VALUES(23,1,0,24,'','demo-qx2','demo-qx2','do','2023-03-05T00:00:00.000000Z','8.0',8.0,0,'mg/L','8.0','','','','accepted','',1,'2023-04-10T00:07:00.001234Z',NULL);
INSERT INTO "readings" VALUES(24,1,0,25,'','demo-qx2','demo-qx2','do','2023-03-06T00:00:00.000000Z','8.0',8.0,0,'mg/L','8.0','','','','accepted','',1,'2023-04-10T00:07:00.001234Z',NULL);
INSERT INTO "readings" VALUES(25,1,0,26,'','demo-qx2','demo-qx2','codmn','2023-03-05T00:00:00.000000Z','3.5',3.5,0,'mg/L','3.5','','','','accepted','',1,'2023-04-10T00:07:00.001234Z',NULL);
INSERT INTO "readings" VALUES(26,1,0,27,'','demo-qx2','demo-qx2','codmn','2023-03-06T00:00:00.000000Z','3.5',3.5,0,'mg/L','3.5','','','','accepted','',1,'2023-04-10T00:07:00.001234Z',NULL);
INSERT INTO "readings" VALUES(27,1,0,28,'','demo-qx2','demo-qx2','nh3n','2023-03-05T00:00:00.000000Z','0.40',0.4,0,'mg/L','0.40','','','','accepted','',1,'2023-04-10T00:07:00.001234Z',NULL);
INSERT INTO "readings" VALUES(28,1,0,29,'','demo-qx2','demo-qx2','nh3n','2023-03-06T00:00:00.000000Z','0.40',0.4,0,'mg/L','0.40','','','','accepted','',1,'2023-04-10T00:07:00.001234Z',NULL);
INSERT INTO "readings" VALUES(29,1,0,30,'','demo-qx2','demo-qx2','tp','2023-03-05T00:00:00.000000Z','0.35',0.35,0,'mg/L','0.35','','','','accepted','',1,'2023-04-10T00:07:00.001234Z',NULL);
INSERT INTO "readings" VALUES(30,1,0,31,'','demo-qx2','demo-qx2','tp','2023-03-06T00:00:00.000000Z','0.35',0.35,0,'mg/L','0.35','','','','accepted','',1,'2023-04-10T00:07:00.001234Z',NULL);
INSERT INTO "readings" VALUES(31,1,0,32,'','demo-qx3','demo-qx3','ph','2023-01-05T00:00:00.000000Z','7.5',7.5,0,'-','7.5','','','','accepted','',1,'2023-04-10T00:07:00.001234Z',NULL);
INSERT INTO "readings" VALUES(32,1,0,33,'','demo-qx3','demo-qx3','ph','2023-01-06T00:00:00.000000Z','7.5',7.5,0,'-','7.5','','','','accepted','',1,'2023-04-10T00:07:00.001234Z',NULL);
INSERT INTO "readings" VALUES(33,1,0,34,'','demo-qx3','demo-qx3','do','2023-01-05T00:00:00.000000Z','8.0',8.0,0,'mg/L','8.0','','','','accepted','',1,'2023-04-10T00:07:00.001234Z',NULL);
INSERT INTO "readings" VALUES(34,1,0,35,'','demo-qx3','demo-qx3','do','2023-01-06T00:00:00.000000Z','8.0',8.0,0,'mg/L','8.0','','','','accepted','',1,'2023-04-10T00:07:00.001234Z',NULL);
INSERT INTO "readings" VALUES(35,1,0,36,'','demo-qx3','demo-qx3','codmn','2023-01-05T00:00:00.000000Z','3.5',3.5,0,'mg/L','3.5','','','','accepted','',1,'2023-04-10T00:07:00.001234Z',NULL);
INSERT INTO "readings" VALUES(36,1,0,37,'','demo-qx3','demo-qx3','codmn','2023-01-06T00:00:00.000000Z','3.5',3.5,0,'mg/L','3.5','','','','accepted','',1,'2023-04-10T00:07:00.001234Z',NULL);
INSERT INTO "readings" VALUES(37,1,0,38,'','demo-qx3','demo-qx3','nh3n','2023-01-05T00:00:00.000000Z','0.40',0.4,0,'mg/L','0.40','','','','accepted','',1,'2023-04-10T00:07:00.001234Z',NULL);
INSERT INTO "readings" VALUES(38,1,0,39,'','demo-qx3','demo-qx3','nh3n','2023-01-06T00:00:00.000000Z','0.40',0.4,0,'mg/L','0.40','','','','accepted','',1,'2023-04-10T00:07:00.001234Z',NULL);
INSERT INTO "readings" VALUES(39,1,0,40,'','demo-qx3','demo-qx3','tp','2023-01-05T00:00:00.000000Z','0.15',0.15,0,'mg/L','0.15','','','','accepted','',1,'2023-04-10T00:07:00.001234Z',NULL);
INSERT INTO "readings" VALUES(40,1,0,41,'','demo-qx3','demo-qx3','tp','2023-01-06T00:00:00.000000Z','0.15',0.15,0,'mg/L','0.15','','','','accepted','',1,'2023-04-10T00:07:00.001234Z',NULL);
INSERT INTO "readings" VALUES(41,1,0,42,'','demo-qx3','demo-qx3','ph','2023-02-05T00:00:00.000000Z','7.5',7.5,0,'-','7.5','','','','accepted','',1,'2023-04-10T00:07:00.001234Z',NULL);
INSERT INTO "readings" VALUES(42,1,0,43,'','demo-qx3','demo-qx3','ph','2023-02-06T00:00:00.000000Z','7.5',7.5,0,'-','7.5','','','','accepted','',1,'2023-04-10T00:07:00.001234Z',NULL);
INSERT INTO "readings" VALUES(43,1,0,44,'','demo-qx3','demo-qx3','do','2023-02-05T00:00:00.000000Z','8.0',8.0,0,'mg/L','8.0','','','','accepted','',1,'2023-04-10T00:07:00.001234Z',NULL);
INSERT INTO "readings" VALUES(44,1,0,45,'','demo-qx3','demo-qx3','do','2023-02-06T00:00:00.000000Z','8.0',8.0,0,'mg/L','8.0','','','','accepted','',1,'2023-04-10T00:07:00.001234Z',NULL);
INSERT INTO "readings" VALUES(45,1,0,46,'','demo-qx3','demo-qx3','codmn','2023-02-05T00:00:00.000000Z','3.5',3.5,0,'mg/L','3.5','','','','accepted','',1,'2023-04-10T00:07:00.001234Z',NULL);
INSERT INTO "readings" VALUES(46,1,0,47,'','demo-qx3','demo-qx3','codmn','2023-02-06T00:00:00.000000Z','3.5',3.5,0,'mg/L','3.5','','','','accepted','',1,'2023-04-10T00:07:00.001234Z',NULL);
INSERT INTO "readings" VALUES(47,1,0,48,'','demo-qx3','demo-qx3','nh3n','2023-02-05T00:00:00.000000Z','0.40',0.4,0,'mg/L','0.40','','','','accepted','',1,'2023-04-10T00:07:00.001234Z',NULL);
INSERT INTO "readings" VALUES(48,1,0,49,'','demo-qx3','demo-qx3','nh3n','2023-02-06T00:00:00.000000Z','0.40',0.4,0,'mg/L','0.40','','','','accepted','',1,'2023-04-10T00:07:00.001234Z',NULL);
INSERT INTO "readings" VALUES(49,1,0,50,'','demo-qx3','demo-qx3','tp','2023-02-05T00:00:00.000000Z','0.25',0.25,0,'mg/L','0.25','','','','accepted','',1,'2023-04-10T00:07:00.001234Z',NULL);
INSERT INTO "readings" VALUES(50,1,0,51,'','demo-qx3','demo-qx3','tp','2023-02-06T00:00:00.000000Z','0.25',0.25,0,'mg/L','0.25','','','','accepted','',1,'2023-04-10T00:07:00.001234Z',NULL);
INSERT INTO "readings" VALUES(51,1,0,52,'','demo-qx3','demo-qx3','ph','2023-03-05T00:00:00.000000Z','7.5',7.5,0,'-','7.5','','','','accepted','',1,'2023-04-10T00:07:00.001234Z',NULL);
INSERT INTO "readings" VALUES(52,1,0,53,'','demo-qx3','demo-qx3','ph','2023-03-06T00:00:00.000000Z','7.5',7.5,0,'-','7.5','','','','accepted','',1,'2023-04-10T00:07:00.001234Z',NULL);
INSERT INTO "readings" VALUES(53,1,0,54,'','demo-qx3','demo-qx3','do','2023-03-05T00:00:00.000000Z','8.0',8.0,0,'mg/L','8.0','','','','accepted','',1,'2023-04-10T00:07:00.001234Z',NULL);
INSERT INTO "readings" VALUES(54,1,0,55,'','demo-qx3','demo-qx3','do','2023-03-06T00:00:00.000000Z','8.0',8.0,0,'mg/L','8.0','','','','accepted','',1,'2023-04-10T00:07:00.001234Z',NULL);
INSERT INTO "readings" VALUES(55,1,0,56,'','demo-qx3','demo-qx3','codmn','2023-03-05T00:00:00.000000Z','3.5',3.5,0,'mg/L','3.5','','','','accepted','',1,'2023-04-10T00:07:00.001234Z',NULL);
INSERT INTO "readings" VALUES(56,1,0,57,'','demo-qx3','demo-qx3','codmn','2023-03-06T00:00:00.000000Z','3.5',3.5,0,'mg/L','3.5','','','','accepted','',1,'2023-04-10T00:07:00.001234Z',NULL);
INSERT INTO "readings" VALUES(57,1,0,58,'','demo-qx3','demo-qx3','nh3n','2023-03-05T00:00:00.000000Z','0.40',0.4,0,'mg/L','0.40','','','','accepted','',1,'2023-04-10T00:07:00.001234Z',NULL);
INSERT INTO "readings" VALUES(58,1,0,59,'','demo-qx3','demo-qx3','nh3n','2023-03-06T00:00:00.000000Z','0.40',0.4,0,'mg/L','0.40','','','','accepted','',1,'2023-04-10T00:07:00.001234Z',NULL);
INSERT INTO "readings" VALUES(59,1,0,60,'','demo-qx3','demo-qx3','tp','2023-03-05T00:00:00.000000Z','0.35',0.35,0,'mg/L','0.35','','','','accepted','',1,'2023-04-10T00:07:00.001234Z',NULL);
INSERT INTO "readings" VALUES(60,1,0,61,'','demo-qx3','demo-qx3','tp','2023-03-06T00:00:00.000000Z','0.35',0.35,0,'mg/L','0.35','','','','accepted','',1,'2023-04-10T00:07:00.001234Z',NULL);
INSERT INTO "readings" VALUES(61,1,0,62,'','demo-qx2','demo-qx2','nh3n','2023-02-18T00:00:00.000000Z','<0.02',0.02,1,'mg/L','<0.02','','','','accepted','',1,'2023-04-10T00:07:00.001234Z',NULL);
INSERT INTO "readings" VALUES(62,1,0,63,'','demo-qx2','demo-qx2','codmn','2023-02-18T04:00:00.000000Z','9999',9999.0,0,'mg/L','9999','','','','quarantined','implausible',0,'2023-04-10T00:07:00.001234Z',NULL);
INSERT INTO "readings" VALUES(63,1,0,64,'','demo-nowhere',NULL,'codmn','2023-02-18T04:00:00.000000Z','3.0',3.0,0,'mg/L','3.0','','','','quarantined','unknown_station',0,'2023-04-10T00:07:00.001234Z',NULL);
INSERT INTO "readings" VALUES(64,1,0,66,'','demo-qx2','demo-qx2','nh3n','2023-02-19T00:00:00.000000Z','0.40',0.4,0,'mg/L','0.40','','维护','','accepted','',1,'2023-04-10T00:07:00.001234Z',NULL);
INSERT INTO "readings" VALUES(65,2,0,2,'','demo-qx2','demo-qx2','nh3n','2023-02-05T00:00:00.000000Z','0.45',0.45,0,'mg/L','0.45','修约','','','revised','revised',2,'2023-04-10T00:21:00.003702Z','resubmitted');
CREATE TABLE receipt_rows (
	submission INTEGER NOT NULL, 
	file INTEGER NOT NULL, 
	ordinal INTEGER NOT NULL, 
	"row" INTEGER NOT NULL, 
	field TEXT NOT NULL, 
	code TEXT NOT NULL, 
	value TEXT NOT NULL, 
	fate TEXT NOT NULL, 
	station TEXT, 
	indicator TEXT, 
	time TEXT, 
	stands TEXT, 
	replaced TEXT, 
	sent TEXT, 
	PRIMARY KEY (submission, file, ordinal)
);
INSERT INTO "receipt_rows" VALUES(1,0,61,63,'value','implausible','9999','quarantined','demo-qx2','codmn','2023-02-18T04:00:00.000000Z',NULL,NULL,NULL);
INSERT INTO "receipt_rows" VALUES(1,0,62,64,'station','unknown_station','demo-nowhere','quarantined',NULL,'codmn','2023-02-18T04:00:00.000000Z',NULL,NULL,NULL);
INSERT INTO "receipt_rows" VALUES(1,0,63,65,'value','unreadable_number','<b>\x','rejected','demo-qx2','nh3n','2023-02-18T04:00:00.000000Z',NULL,NULL,'<b>\x mg/L');
INSERT INTO "receipt_rows" VALUES(2,0,0,2,'value','revised','0.45','revised','demo-qx2','nh3n','2023-02-05T00:00:00.000000Z','0.45 mg/L','0.40 mg/L',NULL);
INSERT INTO "receipt_rows" VALUES(3,0,0,1,'w01019-Avg','future_time','2.31','rejected','demo-qx2','codmn','2026-02-28T20:00:00.000000Z',NULL,NULL,'2.31 mg/L');
CREATE TABLE receipts (
	submission INTEGER NOT NULL, 
	file INTEGER NOT NULL, 
	accepted INTEGER NOT NULL, 
	duplicate INTEGER NOT NULL, 
	revised INTEGER NOT NULL, 
	quarantined INTEGER NOT NULL, 
	rejected INTEGER NOT NULL, 
	withheld INTEGER NOT NULL, 
	absent INTEGER NOT NULL, 
	recorded_at TEXT NOT NULL, 
	newest TEXT, 
	PRIMARY KEY (submission, file), 
	FOREIGN KEY(submission, file) REFERENCES submission_files (submission, file)
);
INSERT INTO "receipts" VALUES(1,0,62,0,0,2,1,0,0,'2023-04-10T00:07:00.001234Z','2023-03-06T00:00:00.000000Z');
INSERT INTO "receipts" VALUES(2,0,0,0,1,0,0,0,0,'2023-04-10T00:21:00.003702Z','2023-02-05T00:00:00.000000Z');
INSERT INTO "receipts" VALUES(3,0,0,0,0,0,1,0,0,'2023-04-10T01:52:00.019744Z',NULL);
CREATE TABLE reviews (
	id INTEGER NOT NULL, 
	action TEXT NOT NULL, 
	station TEXT NOT NULL, 
	indicator TEXT NOT NULL, 
	time TEXT NOT NULL, 
	revision INTEGER NOT NULL, 
	reading INTEGER NOT NULL, 
	reason TEXT NOT NULL, 
	document TEXT NOT NULL, 
	proposed_by TEXT NOT NULL, 
	approved_by TEXT NOT NULL, 
	recorded_at TEXT NOT NULL, 
	recorded_by TEXT, 
	PRIMARY KEY (id), 
	FOREIGN KEY(reading) REFERENCES readings (id)
);
INSERT INTO "reviews" VALUES(1,'uphold','demo-qx2','codmn','2023-02-18T04:00:00.000000Z',0,62,'not_confirmed','维修单 3','张三','李四','2023-04-10T01:45:00.018510Z',NULL);
CREATE TABLE runs (
	job TEXT NOT NULL, 
	slot TEXT NOT NULL, 
	holder TEXT NOT NULL, 
	expires_at TEXT NOT NULL, 
	finished_at TEXT, 
	outcome TEXT NOT NULL, 
	started_at TEXT, 
	PRIMARY KEY (job, slot)
);
INSERT INTO "runs" VALUES('inbox','2023-04-10T00:00:00.000000Z','vm:7238:231490','2023-04-10T01:36:00.016042Z','2023-04-10T01:38:00.017276Z','接收 0','2023-04-10T01:31:00.016042Z');
CREATE TABLE settlements (
	id TEXT NOT NULL, 
	agreement TEXT NOT NULL, 
	agreement_sha256 TEXT NOT NULL, 
	title TEXT NOT NULL, 
	basin TEXT NOT NULL, 
	period TEXT NOT NULL, 
	as_of TEXT NOT NULL, 
	kind TEXT NOT NULL, 
	digest TEXT NOT NULL, 
	document TEXT NOT NULL, 
	recorded_at TEXT NOT NULL, 
	PRIMARY KEY (id), 
	FOREIGN KEY(agreement_sha256) REFERENCES agreement_texts (sha256)
);
INSERT INTO "settlements" VALUES('demo-small-monthly-2023-01-9d77d4933dbd','demo-small-monthly','c9a372e982ff3a4485eac908ec7adb3a9a8ef145bbc7824048084d9008cda096','示例：清溪逐月断面水质类别补偿协议（虚构）','demo-qingxi','2023-01','2023-04-10T02:13:00.023446Z','payable','9d77d4933dbd56a82d61ac9f07c5ab270759bf7193cee12d638e24b07b9ac90e','{"agreement":"demo-small-monthly","agreement_sha256":"c9a372e982ff3a4485eac908ec7adb3a9a8ef145bbc7824048084d9008cda096","as_of":"2023-04-10T02:13:00.023446Z","basin":"demo-qingxi","digest":"9d77d4933dbd56a82d61ac9f07c5ab270759bf7193cee12d638e24b07b9ac90e","evaluations":[{"amount":"0","cap":"100","clause":"4.1","element":{"section":"qingxi-2"},"excluded":false,"pays":"pingzhou","period":"2023-01","reason":null,"receives":"shanzhou","scale":{"amount":"0","n":"0","origin":"0","per":"1","piece":0,"rate":"-50","steps":null},"source":"示例协议第四条：界上断面当月类别比目标每好一类，下游付上游50万元；每差一类，上游付下游50万元；每断面每月以100万元为限","statistics":[0,1,2,3,4],"times":[],"title":"逐月类别补偿","unverified":[],"value":"0","working":[{"expression":"2 个读数、2 天的均值：7.5，修约到 0 位小数","label":"2023-01 山平界（虚构） pH","value":"8"},{"expression":"2 个读数、2 天的均值","label":"2023-01 山平界（虚构） 溶解氧","value":"8"},{"expression":"2 个读数、2 天的均值","label":"2023-01 山平界（虚构） 高锰酸盐指数","value":"3.5"},{"expression":"2 个读数、2 天的均值","label":"2023-01 山平界（虚构） 氨氮","value":"0.4"},{"expression":"2 个读数、2 天的均值","label":"2023-01 山平界（虚构） 总磷","value":"0.15"},{"expression":"GB3838-2002 河流限值：pH 6 ≤ 8 ≤ 9 Ⅰ类、溶解氧 8 ≥ 7.5 Ⅰ类、高锰酸盐指数 3.5 ≤ 4 Ⅱ类、氨氮 0.4 ≤ 0.5 Ⅱ类、总磷 0.15 ≤ 0.2 Ⅲ类；取最差的一项","label":"2023-01 山平界（虚构） 类别","value":"Ⅲ类"},{"expression":"3 − 3","label":"差值","value":"0"},{"expression":"-50 × 0","label":"计算标准","value":"0"}],"year_to_date":null},{"amount":"0","cap":"100","clause":"4.1","element":{"section":"qingxi-3"},"excluded":false,"pays":"haizhou","period":"2023-01","reason":null,"receives":"pingzhou","scale":{"amount":"0","n":"0","origin":"0","per":"1","piece":0,"rate":"-50","steps":null},"source":"示例协议第四条：界上断面当月类别比目标每好一类，下游付上游50万元；每差一类，上游付下游50万元；每断面每月以100万元为限","statistics":[5,6,7,8,9],"times":[],"title":"逐月类别补偿","unverified":[],"value":"0","working":[{"expression":"2 个读数、2 天的均值：7.5，修约到 0 位小数","label":"2023-01 平海界（虚构） pH","value":"8"},{"expression":"2 个读数、2 天的均值","label":"2023-01 平海界（虚构） 溶解氧","value":"8"},{"expression":"2 个读数、2 天的均值","label":"2023-01 平海界（虚构） 高锰酸盐指数","value":"3.5"},{"expression":"2 个读数、2 天的均值","label":"2023-01 平海界（虚构） 氨氮","value":"0.4"},{"expression":"2 个读数、2 天的均值","label":"2023-01 平海界（虚构） 总磷","value":"0.15"},{"expression":"GB3838-2002 河流限值：pH 6 ≤ 8 ≤ 9 Ⅰ类、溶解氧 8 ≥ 7.5 Ⅰ类、高锰酸盐指数 3.5 ≤ 4 Ⅱ类、氨氮 0.4 ≤ 0.5 Ⅱ类、总磷 0.15 ≤ 0.2 Ⅲ类；取最差的一项","label":"2023-01 平海界（虚构） 类别","value":"Ⅲ类"},{"expression":"3 − 3","label":"差值","value":"0"},{"expression":"-50 × 0","label":"计算标准","value":"0"}],"year_to_date":null}],"id":"demo-small-monthly-2023-01-9d77d4933dbd","kind":"payable","obligations":[],"parties":{"haizhou":"haizhou","pingzhou":"pingzhou","shanzhou":"shanzhou"},"period":"2023-01","pools":[],"rules":[{"path":"starts","source":"虚构的示例协议，没有任何真实文本","value":"2023-01-01","verified":true},{"path":"ends","source":"虚构的示例协议，没有任何真实文本","value":"2099-12-31","verified":true},{"path":"data.min_readings_a_day","source":"示例协议第六条","value":"1","verified":true},{"path":"data.min_days_a_month","source":"示例协议第六条","value":"1","verified":true},{"path":"data.statuses","source":"示例协议第六条","value":"正常","verified":true},{"path":"data.compare","source":"示例协议第七条：先修约后比较","value":"rounded","verified":true},{"path":"data.non_detect","source":"示例协议第七条","value":"half","verified":true},{"path":"data.missing_month","source":"示例协议第七条","value":"stop","verified":true},{"path":"money.place","source":"虚构的示例协议，没有任何真实文本","value":"fen","verified":true},{"path":"money.mode","source":"示例协议第八条","value":"half_up","verified":true}],"source":"虚构的示例协议，没有任何真实文本","statistics":[{"days":2,"indicator":"ph","left_out":{},"mean":"7.5","period":"2023-01","readings":2,"reason":null,"reported":"8","section":"qingxi-2"},{"days":2,"indicator":"do","left_out":{},"mean":"8","period":"2023-01","readings":2,"reason":null,"reported":"8","section":"qingxi-2"},{"days":2,"indicator":"codmn","left_out":{},"mean":"3.5","period":"2023-01","readings":2,"reason":null,"reported":"3.5","section":"qingxi-2"},{"days":2,"indicator":"nh3n","left_out":{},"mean":"0.4","period":"2023-01","readings":2,"reason":null,"reported":"0.4","section":"qingxi-2"},{"days":2,"indicator":"tp","left_out":{},"mean":"0.15","period":"2023-01","readings":2,"reason":null,"reported":"0.15","section":"qingxi-2"},{"days":2,"indicator":"ph","left_out":{},"mean":"7.5","period":"2023-01","readings":2,"reason":null,"reported":"8","section":"qingxi-3"},{"days":2,"indicator":"do","left_out":{},"mean":"8","period":"2023-01","readings":2,"reason":null,"reported":"8","section":"qingxi-3"},{"days":2,"indicator":"codmn","left_out":{},"mean":"3.5","period":"2023-01","readings":2,"reason":null,"reported":"3.5","section":"qingxi-3"},{"days":2,"indicator":"nh3n","left_out":{},"mean":"0.4","period":"2023-01","readings":2,"reason":null,"reported":"0.4","section":"qingxi-3"},{"days":2,"indicator":"tp","left_out":{},"mean":"0.15","period":"2023-01","readings":2,"reason":null,"reported":"0.15","section":"qingxi-3"}],"status":"试算","stops":[],"title":"示例：清溪逐月断面水质类别补偿协议（虚构）","transfers":[],"verified":true}','2023-04-10T02:13:00.023446Z');
INSERT INTO "settlements" VALUES('demo-small-monthly-2023-02-cc0788b44b35','demo-small-monthly','c9a372e982ff3a4485eac908ec7adb3a9a8ef145bbc7824048084d9008cda096','示例：清溪逐月断面水质类别补偿协议（虚构）','demo-qingxi','2023-02','2023-04-10T02:34:00.027148Z','payable','cc0788b44b3548531a5e98d878ccac0d4c4b2f9a13f0b0ac695b5823306ea34b','{"agreement":"demo-small-monthly","agreement_sha256":"c9a372e982ff3a4485eac908ec7adb3a9a8ef145bbc7824048084d9008cda096","as_of":"2023-04-10T02:34:00.027148Z","basin":"demo-qingxi","digest":"cc0788b44b3548531a5e98d878ccac0d4c4b2f9a13f0b0ac695b5823306ea34b","evaluations":[{"amount":"-50","cap":"100","clause":"4.1","element":{"section":"qingxi-2"},"excluded":false,"pays":"pingzhou","period":"2023-02","reason":null,"receives":"shanzhou","scale":{"amount":"0","n":"1","origin":"0","per":"1","piece":0,"rate":"-50","steps":null},"source":"示例协议第四条：界上断面当月类别比目标每好一类，下游付上游50万元；每差一类，上游付下游50万元；每断面每月以100万元为限","statistics":[0,1,2,3,4],"times":[],"title":"逐月类别补偿","unverified":[],"value":"1","working":[{"expression":"2 个读数、2 天的均值：7.5，修约到 0 位小数","label":"2023-02 山平界（虚构） pH","value":"8"},{"expression":"2 个读数、2 天的均值","label":"2023-02 山平界（虚构） 溶解氧","value":"8"},{"expression":"2 个读数、2 天的均值，未采用 超出该指标的合理范围，待核 1","label":"2023-02 山平界（虚构） 高锰酸盐指数","value":"3.5"},{"expression":"3 个读数、3 天的均值，未采用 不是数字 1、维护 1：0.286666666667，修约到 2 位小数","label":"2023-02 山平界（虚构） 氨氮","value":"0.29"},{"expression":"2 个读数、2 天的均值","label":"2023-02 山平界（虚构） 总磷","value":"0.25"},{"expression":"GB3838-2002 河流限值：pH 6 ≤ 8 ≤ 9 Ⅰ类、溶解氧 8 ≥ 7.5 Ⅰ类、高锰酸盐指数 3.5 ≤ 4 Ⅱ类、氨氮 0.29 ≤ 0.5 Ⅱ类、总磷 0.25 ≤ 0.3 Ⅳ类；取最差的一项","label":"2023-02 山平界（虚构） 类别","value":"Ⅳ类"},{"expression":"4 − 3","label":"差值","value":"1"},{"expression":"-50 × 1","label":"计算标准","value":"-50"}],"year_to_date":null},{"amount":"-50","cap":"100","clause":"4.1","element":{"section":"qingxi-3"},"excluded":false,"pays":"haizhou","period":"2023-02","reason":null,"receives":"pingzhou","scale":{"amount":"0","n":"1","origin":"0","per":"1","piece":0,"rate":"-50","steps":null},"source":"示例协议第四条：界上断面当月类别比目标每好一类，下游付上游50万元；每差一类，上游付下游50万元；每断面每月以100万元为限","statistics":[5,6,7,8,9],"times":[],"title":"逐月类别补偿","unverified":[],"value":"1","working":[{"expression":"2 个读数、2 天的均值：7.5，修约到 0 位小数","label":"2023-02 平海界（虚构） pH","value":"8"},{"expression":"2 个读数、2 天的均值","label":"2023-02 平海界（虚构） 溶解氧","value":"8"},{"expression":"2 个读数、2 天的均值","label":"2023-02 平海界（虚构） 高锰酸盐指数","value":"3.5"},{"expression":"2 个读数、2 天的均值","label":"2023-02 平海界（虚构） 氨氮","value":"0.4"},{"expression":"2 个读数、2 天的均值","label":"2023-02 平海界（虚构） 总磷","value":"0.25"},{"expression":"GB3838-2002 河流限值：pH 6 ≤ 8 ≤ 9 Ⅰ类、溶解氧 8 ≥ 7.5 Ⅰ类、高锰酸盐指数 3.5 ≤ 4 Ⅱ类、氨氮 0.4 ≤ 0.5 Ⅱ类、总磷 0.25 ≤ 0.3 Ⅳ类；取最差的一项","label":"2023-02 平海界（虚构） 类别","value":"Ⅳ类"},{"expression":"4 − 3","label":"差值","value":"1"},{"expression":"-50 × 1","label":"计算标准","value":"-50"}],"year_to_date":null}],"id":"demo-small-monthly-2023-02-cc0788b44b35","kind":"payable","obligations":[{"amount_yuan":"500000.00","clause":"4.1","payee":"pingzhou","payer":"shanzhou","period":"2023-02","working":[{"expression":"-50 万元 × 10000；负数由收方付给付方","label":"修约一次（元，四舍五入）","value":"-500000.00"}]},{"amount_yuan":"500000.00","clause":"4.1","payee":"haizhou","payer":"pingzhou","period":"2023-02","working":[{"expression":"-50 万元 × 10000；负数由收方付给付方","label":"修约一次（元，四舍五入）","value":"-500000.00"}]}],"parties":{"haizhou":"haizhou","pingzhou":"pingzhou","shanzhou":"shanzhou"},"period":"2023-02","pools":[],"rules":[{"path":"starts","source":"虚构的示例协议，没有任何真实文本","value":"2023-01-01","verified":true},{"path":"ends","source":"虚构的示例协议，没有任何真实文本","value":"2099-12-31","verified":true},{"path":"data.min_readings_a_day","source":"示例协议第六条","value":"1","verified":true},{"path":"data.min_days_a_month","source":"示例协议第六条","value":"1","verified":true},{"path":"data.statuses","source":"示例协议第六条","value":"正常","verified":true},{"path":"data.compare","source":"示例协议第七条：先修约后比较","value":"rounded","verified":true},{"path":"data.non_detect","source":"示例协议第七条","value":"half","verified":true},{"path":"data.missing_month","source":"示例协议第七条","value":"stop","verified":true},{"path":"money.place","source":"虚构的示例协议，没有任何真实文本","value":"fen","verified":true},{"path":"money.mode","source":"示例协议第八条","value":"half_up","verified":true}],"source":"虚构的示例协议，没有任何真实文本","statistics":[{"days":2,"indicator":"ph","left_out":{},"mean":"7.5","period":"2023-02","readings":2,"reason":null,"reported":"8","section":"qingxi-2"},{"days":2,"indicator":"do","left_out":{},"mean":"8","period":"2023-02","readings":2,"reason":null,"reported":"8","section":"qingxi-2"},{"days":2,"indicator":"codmn","left_out":{"implausible":1},"mean":"3.5","period":"2023-02","readings":2,"reason":null,"reported":"3.5","section":"qingxi-2"},{"days":3,"indicator":"nh3n","left_out":{"unreadable_number":1,"维护":1},"mean":"0.286666666667","period":"2023-02","readings":3,"reason":null,"reported":"0.29","section":"qingxi-2"},{"days":2,"indicator":"tp","left_out":{},"mean":"0.25","period":"2023-02","readings":2,"reason":null,"reported":"0.25","section":"qingxi-2"},{"days":2,"indicator":"ph","left_out":{},"mean":"7.5","period":"2023-02","readings":2,"reason":null,"reported":"8","section":"qingxi-3"},{"days":2,"indicator":"do","left_out":{},"mean":"8","period":"2023-02","readings":2,"reason":null,"reported":"8","section":"qingxi-3"},{"days":2,"indicator":"codmn","left_out":{},"mean":"3.5","period":"2023-02","readings":2,"reason":null,"reported":"3.5","section":"qingxi-3"},{"days":2,"indicator":"nh3n","left_out":{},"mean":"0.4","period":"2023-02","readings":2,"reason":null,"reported":"0.4","section":"qingxi-3"},{"days":2,"indicator":"tp","left_out":{},"mean":"0.25","period":"2023-02","readings":2,"reason":null,"reported":"0.25","section":"qingxi-3"}],"status":"试算","stops":[],"title":"示例：清溪逐月断面水质类别补偿协议（虚构）","transfers":[{"amount_yuan":"500000.00","payee":"pingzhou","payer":"shanzhou","working":[{"expression":"应付补偿款","label":"条款 4.1 2023-02","value":"500000.00"}]},{"amount_yuan":"500000.00","payee":"haizhou","payer":"pingzhou","working":[{"expression":"应付补偿款","label":"条款 4.1 2023-02","value":"500000.00"}]}],"verified":true}','2023-04-10T02:34:00.027148Z');
INSERT INTO "settlements" VALUES('demo-small-monthly-2023-03-354ea7879376','demo-small-monthly','c9a372e982ff3a4485eac908ec7adb3a9a8ef145bbc7824048084d9008cda096','示例：清溪逐月断面水质类别补偿协议（虚构）','demo-qingxi','2023-03','2023-04-10T03:30:00.037020Z','payable','354ea7879376d089af30e495cf163d4a6c0de6535a4da52c994490637dc4b67e','{"agreement":"demo-small-monthly","agreement_sha256":"c9a372e982ff3a4485eac908ec7adb3a9a8ef145bbc7824048084d9008cda096","as_of":"2023-04-10T03:30:00.037020Z","basin":"demo-qingxi","digest":"354ea7879376d089af30e495cf163d4a6c0de6535a4da52c994490637dc4b67e","evaluations":[{"amount":"-100","cap":"100","clause":"4.1","element":{"section":"qingxi-2"},"excluded":false,"pays":"pingzhou","period":"2023-03","reason":null,"receives":"shanzhou","scale":{"amount":"0","n":"2","origin":"0","per":"1","piece":0,"rate":"-50","steps":null},"source":"示例协议第四条：界上断面当月类别比目标每好一类，下游付上游50万元；每差一类，上游付下游50万元；每断面每月以100万元为限","statistics":[0,1,2,3,4],"times":[],"title":"逐月类别补偿","unverified":[],"value":"2","working":[{"expression":"2 个读数、2 天的均值：7.5，修约到 0 位小数","label":"2023-03 山平界（虚构） pH","value":"8"},{"expression":"2 个读数、2 天的均值","label":"2023-03 山平界（虚构） 溶解氧","value":"8"},{"expression":"2 个读数、2 天的均值","label":"2023-03 山平界（虚构） 高锰酸盐指数","value":"3.5"},{"expression":"2 个读数、2 天的均值","label":"2023-03 山平界（虚构） 氨氮","value":"0.4"},{"expression":"2 个读数、2 天的均值","label":"2023-03 山平界（虚构） 总磷","value":"0.35"},{"expression":"GB3838-2002 河流限值：pH 6 ≤ 8 ≤ 9 Ⅰ类、溶解氧 8 ≥ 7.5 Ⅰ类、高锰酸盐指数 3.5 ≤ 4 Ⅱ类、氨氮 0.4 ≤ 0.5 Ⅱ类、总磷 0.35 ≤ 0.4 Ⅴ类；取最差的一项","label":"2023-03 山平界（虚构） 类别","value":"Ⅴ类"},{"expression":"5 − 3","label":"差值","value":"2"},{"expression":"-50 × 2","label":"计算标准","value":"-100"}],"year_to_date":null},{"amount":"-100","cap":"100","clause":"4.1","element":{"section":"qingxi-3"},"excluded":false,"pays":"haizhou","period":"2023-03","reason":null,"receives":"pingzhou","scale":{"amount":"0","n":"2","origin":"0","per":"1","piece":0,"rate":"-50","steps":null},"source":"示例协议第四条：界上断面当月类别比目标每好一类，下游付上游50万元；每差一类，上游付下游50万元；每断面每月以100万元为限","statistics":[5,6,7,8,9],"times":[],"title":"逐月类别补偿","unverified":[],"value":"2","working":[{"expression":"2 个读数、2 天的均值：7.5，修约到 0 位小数","label":"2023-03 平海界（虚构） pH","value":"8"},{"expression":"2 个读数、2 天的均值","label":"2023-03 平海界（虚构） 溶解氧","value":"8"},{"expression":"2 个读数、2 天的均值","label":"2023-03 平海界（虚构） 高锰酸盐指数","value":"3.5"},{"expression":"2 个读数、2 天的均值","label":"2023-03 平海界（虚构） 氨氮","value":"0.4"},{"expression":"2 个读数、2 天的均值","label":"2023-03 平海界（虚构） 总磷","value":"0.35"},{"expression":"GB3838-2002 河流限值：pH 6 ≤ 8 ≤ 9 Ⅰ类、溶解氧 8 ≥ 7.5 Ⅰ类、高锰酸盐指数 3.5 ≤ 4 Ⅱ类、氨氮 0.4 ≤ 0.5 Ⅱ类、总磷 0.35 ≤ 0.4 Ⅴ类；取最差的一项","label":"2023-03 平海界（虚构） 类别","value":"Ⅴ类"},{"expression":"5 − 3","label":"差值","value":"2"},{"expression":"-50 × 2","label":"计算标准","value":"-100"}],"year_to_date":null}],"id":"demo-small-monthly-2023-03-354ea7879376","kind":"payable","obligations":[{"amount_yuan":"1000000.00","clause":"4.1","payee":"pingzhou","payer":"shanzhou","period":"2023-03","working":[{"expression":"-100 万元 × 10000；负数由收方付给付方","label":"修约一次（元，四舍五入）","value":"-1000000.00"}]},{"amount_yuan":"1000000.00","clause":"4.1","payee":"haizhou","payer":"pingzhou","period":"2023-03","working":[{"expression":"-100 万元 × 10000；负数由收方付给付方","label":"修约一次（元，四舍五入）","value":"-1000000.00"}]}],"parties":{"haizhou":"haizhou","pingzhou":"pingzhou","shanzhou":"shanzhou"},"period":"2023-03","pools":[],"rules":[{"path":"starts","source":"虚构的示例协议，没有任何真实文本","value":"2023-01-01","verified":true},{"path":"ends","source":"虚构的示例协议，没有任何真实文本","value":"2099-12-31","verified":true},{"path":"data.min_readings_a_day","source":"示例协议第六条","value":"1","verified":true},{"path":"data.min_days_a_month","source":"示例协议第六条","value":"1","verified":true},{"path":"data.statuses","source":"示例协议第六条","value":"正常","verified":true},{"path":"data.compare","source":"示例协议第七条：先修约后比较","value":"rounded","verified":true},{"path":"data.non_detect","source":"示例协议第七条","value":"half","verified":true},{"path":"data.missing_month","source":"示例协议第七条","value":"stop","verified":true},{"path":"money.place","source":"虚构的示例协议，没有任何真实文本","value":"fen","verified":true},{"path":"money.mode","source":"示例协议第八条","value":"half_up","verified":true}],"source":"虚构的示例协议，没有任何真实文本","statistics":[{"days":2,"indicator":"ph","left_out":{},"mean":"7.5","period":"2023-03","readings":2,"reason":null,"reported":"8","section":"qingxi-2"},{"days":2,"indicator":"do","left_out":{},"mean":"8","period":"2023-03","readings":2,"reason":null,"reported":"8","section":"qingxi-2"},{"days":2,"indicator":"codmn","left_out":{},"mean":"3.5","period":"2023-03","readings":2,"reason":null,"reported":"3.5","section":"qingxi-2"},{"days":2,"indicator":"nh3n","left_out":{},"mean":"0.4","period":"2023-03","readings":2,"reason":null,"reported":"0.4","section":"qingxi-2"},{"days":2,"indicator":"tp","left_out":{},"mean":"0.35","period":"2023-03","readings":2,"reason":null,"reported":"0.35","section":"qingxi-2"},{"days":2,"indicator":"ph","left_out":{},"mean":"7.5","period":"2023-03","readings":2,"reason":null,"reported":"8","section":"qingxi-3"},{"days":2,"indicator":"do","left_out":{},"mean":"8","period":"2023-03","readings":2,"reason":null,"reported":"8","section":"qingxi-3"},{"days":2,"indicator":"codmn","left_out":{},"mean":"3.5","period":"2023-03","readings":2,"reason":null,"reported":"3.5","section":"qingxi-3"},{"days":2,"indicator":"nh3n","left_out":{},"mean":"0.4","period":"2023-03","readings":2,"reason":null,"reported":"0.4","section":"qingxi-3"},{"days":2,"indicator":"tp","left_out":{},"mean":"0.35","period":"2023-03","readings":2,"reason":null,"reported":"0.35","section":"qingxi-3"}],"status":"试算","stops":[],"title":"示例：清溪逐月断面水质类别补偿协议（虚构）","transfers":[{"amount_yuan":"1000000.00","payee":"pingzhou","payer":"shanzhou","working":[{"expression":"应付补偿款","label":"条款 4.1 2023-03","value":"1000000.00"}]},{"amount_yuan":"1000000.00","payee":"haizhou","payer":"pingzhou","working":[{"expression":"应付补偿款","label":"条款 4.1 2023-03","value":"1000000.00"}]}],"verified":true}','2023-04-10T03:30:00.037020Z');
CREATE TABLE source_answers (
	source TEXT NOT NULL, 
	sha256 TEXT NOT NULL, 
	name TEXT NOT NULL, 
	body BLOB NOT NULL, 
	fetched_at TEXT NOT NULL, 
	PRIMARY KEY (source, sha256)
);
INSERT INTO "source_answers" VALUES('demo-web','a.json','abababababababababababababababababababababababababababababababab',X'1F8B080000000000020363608C49CA4FA9E4FA0F00B2ED01A809000000','2023-04-10T00:56:00.009872Z');
CREATE TABLE statuses (
	id INTEGER NOT NULL, 
	settlement TEXT NOT NULL, 
	status TEXT NOT NULL, 
	person TEXT NOT NULL, 
	reason TEXT NOT NULL, 
	recorded_at TEXT NOT NULL, 
	PRIMARY KEY (id), 
	FOREIGN KEY(settlement) REFERENCES settlements (id)
);
INSERT INTO "statuses" VALUES(1,'demo-small-monthly-2023-01-9d77d4933dbd','试算','衡界','结算生成','2023-04-10T02:13:00.023446Z');
INSERT INTO "statuses" VALUES(2,'demo-small-monthly-2023-01-9d77d4933dbd','待复核','甲','示例','2023-04-10T02:20:00.024680Z');
INSERT INTO "statuses" VALUES(3,'demo-small-monthly-2023-01-9d77d4933dbd','已确认','乙','示例','2023-04-10T02:27:00.025914Z');
INSERT INTO "statuses" VALUES(4,'demo-small-monthly-2023-02-cc0788b44b35','试算','衡界','结算生成','2023-04-10T02:34:00.027148Z');
INSERT INTO "statuses" VALUES(5,'demo-small-monthly-2023-02-cc0788b44b35','待复核','甲','示例','2023-04-10T02:41:00.028382Z');
INSERT INTO "statuses" VALUES(6,'demo-small-monthly-2023-02-cc0788b44b35','已确认','乙','示例','2023-04-10T02:48:00.029616Z');
INSERT INTO "statuses" VALUES(7,'demo-small-monthly-2023-02-cc0788b44b35','已撤销','丙','示例','2023-04-10T02:55:00.030850Z');
INSERT INTO "statuses" VALUES(8,'demo-small-monthly-2023-02-cc0788b44b35','试算','衡界','重新结算，结果相同','2023-04-10T03:02:00.032084Z');
INSERT INTO "statuses" VALUES(9,'demo-small-monthly-2023-02-cc0788b44b35','待复核','甲','再次','2023-04-10T03:09:00.033318Z');
INSERT INTO "statuses" VALUES(10,'demo-small-monthly-2023-02-cc0788b44b35','已确认','乙','再次','2023-04-10T03:16:00.034552Z');
INSERT INTO "statuses" VALUES(11,'demo-small-monthly-2023-02-cc0788b44b35','已撤销','丙','再次','2023-04-10T03:23:00.035786Z');
INSERT INTO "statuses" VALUES(12,'demo-small-monthly-2023-03-354ea7879376','试算','衡界','结算生成','2023-04-10T03:30:00.037020Z');
CREATE TABLE submission_files (
	submission INTEGER NOT NULL, 
	file INTEGER NOT NULL, 
	name TEXT NOT NULL, 
	sha256 TEXT NOT NULL, 
	bytes INTEGER NOT NULL, 
	PRIMARY KEY (submission, file), 
	FOREIGN KEY(submission) REFERENCES submissions (id)
);
INSERT INTO "submission_files" VALUES(1,0,'二月.csv','acbd1a788d9c8ea66f77cbab7909d01eb96c84e0cebe80a6aebc7117cf0bf7c4',2652);
INSERT INTO "submission_files" VALUES(2,0,'更正.csv','5c827bc34a3772376797fef7477f8d884519776bcc5816e3825708593445c2c6',87);
INSERT INTO "submission_files" VALUES(3,0,'A 20260301050000001','73be29c5dfd7e279acc281b50fed767b40b822cf5582062233f0cff304654ce7',127);
CREATE TABLE submissions (
	id INTEGER NOT NULL, 
	door TEXT NOT NULL, 
	name TEXT NOT NULL, 
	sha256 TEXT NOT NULL, 
	recorded_at TEXT NOT NULL, 
	sender TEXT, 
	PRIMARY KEY (id)
);
INSERT INTO "submissions" VALUES(1,'readings','二月.csv','acbd1a788d9c8ea66f77cbab7909d01eb96c84e0cebe80a6aebc7117cf0bf7c4','2023-04-10T00:07:00.001234Z','');
INSERT INTO "submissions" VALUES(2,'readings','更正.csv','5c827bc34a3772376797fef7477f8d884519776bcc5816e3825708593445c2c6','2023-04-10T00:21:00.003702Z','');
INSERT INTO "submissions" VALUES(3,'telegrams','A 20260301050000001','73be29c5dfd7e279acc281b50fed767b40b822cf5582062233f0cff304654ce7','2023-04-10T01:52:00.019744Z','from-A');
CREATE TABLE telegram_frames (
	id INTEGER NOT NULL, 
	received_at TEXT NOT NULL, 
	peer TEXT NOT NULL, 
	error TEXT NOT NULL, 
	mn TEXT NOT NULL, 
	qn TEXT NOT NULL, 
	st TEXT NOT NULL, 
	cn TEXT NOT NULL, 
	part INTEGER NOT NULL, 
	parts INTEGER NOT NULL, 
	readings BOOLEAN NOT NULL, 
	size INTEGER NOT NULL, 
	sha256 TEXT NOT NULL, 
	kept BLOB NOT NULL, 
	PRIMARY KEY (id)
);
INSERT INTO "telegram_frames" VALUES(1,'2023-04-10T01:52:00.019744Z','10.0.0.1:4711','','A','20260301050000001','21','2061',1,1,1,129,'73be29c5dfd7e279acc281b50fed767b40b822cf5582062233f0cff304654ce7',X'232330313137514E3D32303236303330313035303030303030313B53543D32313B434E3D323036313B50573D2A2A2A2A2A2A3B4D4E3D413B466C61673D353B43503D26264461746154696D653D32303236303330313034303030303B7730313031392D4176673D322E33312C7730313031392D466C61673D4E262637463830');
INSERT INTO "telegram_frames" VALUES(2,'2023-04-10T01:52:00.019744Z','10.0.0.1:4711','length','','','','',1,1,0,11,'d28fcdfae98e8909aefe3747293374ca945ca70df99a622325e94131f4391c42',X'23232A2A2A2A2A2A2A');
CREATE TABLE telegram_receipts (
	frame INTEGER NOT NULL, 
	submission INTEGER NOT NULL, 
	file INTEGER NOT NULL, 
	PRIMARY KEY (frame, submission, file), 
	FOREIGN KEY(submission, file) REFERENCES submission_files (submission, file), 
	FOREIGN KEY(frame) REFERENCES telegram_frames (id)
);
INSERT INTO "telegram_receipts" VALUES(1,3,0);
CREATE TABLE telegram_refusals (
	day TEXT NOT NULL, 
	peer TEXT NOT NULL, 
	error TEXT NOT NULL, 
	seen INTEGER NOT NULL, 
	kept INTEGER NOT NULL, 
	PRIMARY KEY (day, peer, error)
);
INSERT INTO "telegram_refusals" VALUES('2023-04-10','10.0.0.1','length',1,1);
CREATE INDEX submissions_of_sources ON submissions (door) WHERE substr(door, 1, 7) = 'source:';
CREATE INDEX rejected_rows ON receipt_rows (station, indicator, time) WHERE fate = 'rejected';
CREATE INDEX readings_of_unknown_stations ON readings (station_text, province) WHERE station IS NULL;
CREATE INDEX readings_set_aside ON readings (station, indicator, time) WHERE revision = 0;
CREATE INDEX readings_quarantined ON readings (id) WHERE fate = 'quarantined';
CREATE INDEX readings_set_aside_by_station ON readings (station, time) WHERE revision = 0 AND (fate IN ('withheld', 'quarantined') OR status NOT IN ('', '正常'));
CREATE INDEX observations_sampled ON observations (station, time) WHERE substr(mark, 1, 3) = '样品 ';
CREATE INDEX ix_alarms_station ON alarms (station);
CREATE INDEX telegram_frames_by_request ON telegram_frames (mn, qn);
CREATE INDEX telegram_frames_by_device ON telegram_frames (mn, received_at);
CREATE UNIQUE INDEX telegram_frames_once ON telegram_frames (sha256) WHERE error = '';
CREATE INDEX ix_submission_files_sha256 ON submission_files (sha256);
CREATE INDEX quality_tests_of_an_indicator ON quality_tests (indicator, run);
CREATE INDEX reviews_of_a_value ON reviews (station, indicator, time);
CREATE INDEX reviews_of_a_reading ON reviews (reading);
CREATE INDEX ix_statuses_settlement ON statuses (settlement);
CREATE TRIGGER agreement_texts_refuses_UPDATE BEFORE UPDATE ON agreement_texts BEGIN SELECT RAISE(ABORT, 'agreement_texts is append-only'); END;
CREATE TRIGGER agreement_texts_refuses_DELETE BEFORE DELETE ON agreement_texts BEGIN SELECT RAISE(ABORT, 'agreement_texts is append-only'); END;
CREATE TRIGGER alarms_refuses_UPDATE BEFORE UPDATE ON alarms BEGIN SELECT RAISE(ABORT, 'alarms is append-only'); END;
CREATE TRIGGER alarms_refuses_DELETE BEFORE DELETE ON alarms BEGIN SELECT RAISE(ABORT, 'alarms is append-only'); END;
CREATE TRIGGER assessments_refuses_UPDATE BEFORE UPDATE ON assessments BEGIN SELECT RAISE(ABORT, 'assessments is append-only'); END;
CREATE TRIGGER assessments_refuses_DELETE BEFORE DELETE ON assessments BEGIN SELECT RAISE(ABORT, 'assessments is append-only'); END;
CREATE TRIGGER facts_refuses_UPDATE BEFORE UPDATE ON facts BEGIN SELECT RAISE(ABORT, 'facts is append-only'); END;
CREATE TRIGGER facts_refuses_DELETE BEFORE DELETE ON facts BEGIN SELECT RAISE(ABORT, 'facts is append-only'); END;
CREATE TRIGGER flags_refuses_UPDATE BEFORE UPDATE ON flags BEGIN SELECT RAISE(ABORT, 'flags is append-only'); END;
CREATE TRIGGER flags_refuses_DELETE BEFORE DELETE ON flags BEGIN SELECT RAISE(ABORT, 'flags is append-only'); END;
CREATE TRIGGER observations_refuses_UPDATE BEFORE UPDATE ON observations BEGIN SELECT RAISE(ABORT, 'observations is append-only'); END;
CREATE TRIGGER observations_refuses_DELETE BEFORE DELETE ON observations BEGIN SELECT RAISE(ABORT, 'observations is append-only'); END;
CREATE TRIGGER quality_runs_refuses_UPDATE BEFORE UPDATE ON quality_runs BEGIN SELECT RAISE(ABORT, 'quality_runs is append-only'); END;
CREATE TRIGGER quality_runs_refuses_DELETE BEFORE DELETE ON quality_runs BEGIN SELECT RAISE(ABORT, 'quality_runs is append-only'); END;
CREATE TRIGGER readings_refuses_UPDATE BEFORE UPDATE ON readings BEGIN SELECT RAISE(ABORT, 'readings is append-only'); END;
CREATE TRIGGER readings_refuses_DELETE BEFORE DELETE ON readings BEGIN SELECT RAISE(ABORT, 'readings is append-only'); END;
CREATE TRIGGER receipt_rows_refuses_UPDATE BEFORE UPDATE ON receipt_rows BEGIN SELECT RAISE(ABORT, 'receipt_rows is append-only'); END;
CREATE TRIGGER receipt_rows_refuses_DELETE BEFORE DELETE ON receipt_rows BEGIN SELECT RAISE(ABORT, 'receipt_rows is append-only'); END;
CREATE TRIGGER source_answers_refuses_UPDATE BEFORE UPDATE ON source_answers BEGIN SELECT RAISE(ABORT, 'source_answers is append-only'); END;
CREATE TRIGGER source_answers_refuses_DELETE BEFORE DELETE ON source_answers BEGIN SELECT RAISE(ABORT, 'source_answers is append-only'); END;
CREATE TRIGGER submissions_refuses_UPDATE BEFORE UPDATE ON submissions BEGIN SELECT RAISE(ABORT, 'submissions is append-only'); END;
CREATE TRIGGER submissions_refuses_DELETE BEFORE DELETE ON submissions BEGIN SELECT RAISE(ABORT, 'submissions is append-only'); END;
CREATE TRIGGER telegram_frames_refuses_UPDATE BEFORE UPDATE ON telegram_frames BEGIN SELECT RAISE(ABORT, 'telegram_frames is append-only'); END;
CREATE TRIGGER telegram_frames_refuses_DELETE BEFORE DELETE ON telegram_frames BEGIN SELECT RAISE(ABORT, 'telegram_frames is append-only'); END;
CREATE TRIGGER quality_tests_refuses_UPDATE BEFORE UPDATE ON quality_tests BEGIN SELECT RAISE(ABORT, 'quality_tests is append-only'); END;
CREATE TRIGGER quality_tests_refuses_DELETE BEFORE DELETE ON quality_tests BEGIN SELECT RAISE(ABORT, 'quality_tests is append-only'); END;
CREATE TRIGGER reviews_refuses_UPDATE BEFORE UPDATE ON reviews BEGIN SELECT RAISE(ABORT, 'reviews is append-only'); END;
CREATE TRIGGER reviews_refuses_DELETE BEFORE DELETE ON reviews BEGIN SELECT RAISE(ABORT, 'reviews is append-only'); END;
CREATE TRIGGER settlements_refuses_UPDATE BEFORE UPDATE ON settlements BEGIN SELECT RAISE(ABORT, 'settlements is append-only'); END;
CREATE TRIGGER settlements_refuses_DELETE BEFORE DELETE ON settlements BEGIN SELECT RAISE(ABORT, 'settlements is append-only'); END;
CREATE TRIGGER submission_files_refuses_UPDATE BEFORE UPDATE ON submission_files BEGIN SELECT RAISE(ABORT, 'submission_files is append-only'); END;
CREATE TRIGGER submission_files_refuses_DELETE BEFORE DELETE ON submission_files BEGIN SELECT RAISE(ABORT, 'submission_files is append-only'); END;
CREATE TRIGGER obligations_refuses_UPDATE BEFORE UPDATE ON obligations BEGIN SELECT RAISE(ABORT, 'obligations is append-only'); END;
CREATE TRIGGER obligations_refuses_DELETE BEFORE DELETE ON obligations BEGIN SELECT RAISE(ABORT, 'obligations is append-only'); END;
CREATE TRIGGER receipts_refuses_UPDATE BEFORE UPDATE ON receipts BEGIN SELECT RAISE(ABORT, 'receipts is append-only'); END;
CREATE TRIGGER receipts_refuses_DELETE BEFORE DELETE ON receipts BEGIN SELECT RAISE(ABORT, 'receipts is append-only'); END;
CREATE TRIGGER statuses_refuses_UPDATE BEFORE UPDATE ON statuses BEGIN SELECT RAISE(ABORT, 'statuses is append-only'); END;
CREATE TRIGGER statuses_refuses_DELETE BEFORE DELETE ON statuses BEGIN SELECT RAISE(ABORT, 'statuses is append-only'); END;
CREATE TRIGGER telegram_receipts_refuses_UPDATE BEFORE UPDATE ON telegram_receipts BEGIN SELECT RAISE(ABORT, 'telegram_receipts is append-only'); END;
CREATE TRIGGER telegram_receipts_refuses_DELETE BEFORE DELETE ON telegram_receipts BEGIN SELECT RAISE(ABORT, 'telegram_receipts is append-only'); END;
CREATE TRIGGER entries_refuses_UPDATE BEFORE UPDATE ON entries BEGIN SELECT RAISE(ABORT, 'entries is append-only'); END;
CREATE TRIGGER entries_refuses_DELETE BEFORE DELETE ON entries BEGIN SELECT RAISE(ABORT, 'entries is append-only'); END;
COMMIT;
