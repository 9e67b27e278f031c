-- Written by commit 5fd3776 on PostgreSQL: the statements its create_schema executed, then every row.

CREATE TABLE source_answers (
    source TEXT NOT NULL,
    sha256 TEXT NOT NULL,
    name TEXT NOT NULL,
    body BYTEA NOT NULL,
    fetched_at TIMESTAMP WITH TIME ZONE NOT NULL,
    PRIMARY KEY (source, sha256)
);

CREATE TABLE submissions (
    id BIGSERIAL NOT NULL,
    door TEXT NOT NULL,
    name TEXT NOT NULL,
    sha256 TEXT NOT NULL,
    recorded_at TIMESTAMP WITH TIME ZONE NOT NULL,
    sender TEXT,
    PRIMARY KEY (id)
);

CREATE INDEX submissions_of_sources ON submissions (door) WHERE substr(door, 1, 7) = 'source:';

CREATE TABLE receipt_rows (
    submission BIGINT NOT NULL,
    file INTEGER NOT NULL,
    ordinal INTEGER NOT NULL,
    row INTEGER NOT NULL,
    field TEXT NOT NULL,
    code TEXT NOT NULL,
    value TEXT NOT NULL,
    fate TEXT NOT NULL,
    station TEXT,
    indicator TEXT,
    time TIMESTAMP WITH TIME ZONE,
    stands TEXT,
    replaced TEXT,
    sent TEXT,
    PRIMARY KEY (submission, file, ordinal)
);

CREATE INDEX rejected_rows ON receipt_rows (station, indicator, time) WHERE fate = 'rejected';

CREATE TABLE readings (
    id BIGSERIAL NOT NULL,
    submission BIGINT NOT NULL,
    file INTEGER NOT NULL,
    row INTEGER NOT NULL,
    province TEXT NOT NULL,
    station_text TEXT NOT NULL,
    station TEXT,
    indicator TEXT NOT NULL,
    time TIMESTAMP WITH TIME ZONE NOT NULL,
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
    recorded_at TIMESTAMP WITH TIME ZONE NOT NULL,
    reason TEXT,
    PRIMARY KEY (id)
);

CREATE INDEX readings_set_aside_by_station ON readings (station, time) WHERE revision = 0 AND (fate IN ('withheld', 'quarantined') OR status NOT IN ('', '正常'));

CREATE INDEX readings_of_unknown_stations ON readings (station_text, province) WHERE station IS NULL;

CREATE INDEX readings_quarantined ON readings (id) WHERE fate = 'quarantined';

CREATE INDEX readings_set_aside ON readings (station, indicator, time) WHERE revision = 0;

CREATE TABLE observations (
    station TEXT NOT NULL,
    indicator TEXT NOT NULL,
    time TIMESTAMP WITH TIME ZONE NOT NULL,
    revision INTEGER NOT NULL,
    value FLOAT NOT NULL,
    censored BOOLEAN NOT NULL,
    status TEXT NOT NULL,
    mark TEXT NOT NULL,
    reading BIGINT NOT NULL,
    recorded_at TIMESTAMP WITH TIME ZONE NOT NULL,
    PRIMARY KEY (station, indicator, time, revision)
);

CREATE INDEX observations_sampled ON observations (station, time) WHERE substr(mark, 1, 3) = '样品 ';

CREATE TABLE facts (
    id BIGSERIAL NOT NULL,
    subject TEXT NOT NULL,
    period TEXT NOT NULL,
    kind TEXT NOT NULL,
    value TEXT NOT NULL,
    document TEXT NOT NULL,
    recorded_by TEXT NOT NULL,
    recorded_at TIMESTAMP WITH TIME ZONE NOT NULL,
    approved_by TEXT,
    PRIMARY KEY (id)
);

CREATE TABLE locks (
    name TEXT NOT NULL,
    holder TEXT NOT NULL,
    expires_at TIMESTAMP WITH TIME ZONE NOT NULL,
    PRIMARY KEY (name)
);

CREATE TABLE runs (
    job TEXT NOT NULL,
    slot TIMESTAMP WITH TIME ZONE NOT NULL,
    holder TEXT NOT NULL,
    expires_at TIMESTAMP WITH TIME ZONE NOT NULL,
    finished_at TIMESTAMP WITH TIME ZONE,
    outcome TEXT NOT NULL,
    started_at TIMESTAMP WITH TIME ZONE,
    PRIMARY KEY (job, slot)
);

CREATE TABLE access_keys (
    name TEXT NOT NULL,
    sha256 TEXT NOT NULL,
    created_at TIMESTAMP WITH TIME ZONE NOT NULL,
    stations TEXT,
    expires_at TIMESTAMP WITH TIME ZONE,
    revoked_at TIMESTAMP WITH TIME ZONE,
    previous_sha256 TEXT,
    previous_until TIMESTAMP WITH TIME ZONE,
    PRIMARY KEY (sha256),
    UNIQUE (name)
);

CREATE TABLE idempotency_keys (
    key TEXT NOT NULL,
    body_sha256 TEXT NOT NULL,
    answer TEXT NOT NULL,
    recorded_at TIMESTAMP WITH TIME ZONE NOT NULL,
    PRIMARY KEY (key)
);

CREATE TABLE alarms (
    id BIGSERIAL NOT NULL,
    station TEXT NOT NULL,
    event TEXT NOT NULL,
    at TIMESTAMP WITH TIME ZONE NOT NULL,
    recorded_at TIMESTAMP WITH TIME ZONE NOT NULL,
    source TEXT,
    PRIMARY KEY (id)
);

CREATE INDEX ix_alarms_station ON alarms (station);

CREATE TABLE filled_slots (
    month TEXT NOT NULL,
    station TEXT NOT NULL,
    indicator TEXT NOT NULL,
    accepted INTEGER NOT NULL,
    due INTEGER NOT NULL,
    counted_at TIMESTAMP WITH TIME ZONE NOT NULL,
    PRIMARY KEY (month, station, indicator)
);

CREATE TABLE quality_runs (
    id BIGSERIAL NOT NULL,
    until_reading BIGINT NOT NULL,
    recorded_at TIMESTAMP WITH TIME ZONE NOT NULL,
    began_at TIMESTAMP WITH TIME ZONE,
    PRIMARY KEY (id)
);

CREATE TABLE flags (
    station TEXT NOT NULL,
    indicator TEXT NOT NULL,
    time TIMESTAMP WITH TIME ZONE NOT NULL,
    revision INTEGER NOT NULL,
    test TEXT NOT NULL,
    run BIGINT NOT NULL,
    quality INTEGER NOT NULL,
    recorded_at TIMESTAMP WITH TIME ZONE NOT NULL,
    PRIMARY KEY (station, indicator, time, revision, test, run)
);

CREATE TABLE quality_due (
    id BIGSERIAL NOT NULL,
    station TEXT NOT NULL,
    first TIMESTAMP WITH TIME ZONE NOT NULL,
    last TIMESTAMP WITH TIME ZONE NOT NULL,
    PRIMARY KEY (id)
);

CREATE TABLE telegram_frames (
    id BIGSERIAL NOT NULL,
    received_at TIMESTAMP WITH TIME ZONE NOT NULL,
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
    kept BYTEA NOT NULL,
    PRIMARY KEY (id)
);

CREATE UNIQUE INDEX telegram_frames_once ON telegram_frames (sha256) WHERE error = '';

CREATE INDEX telegram_frames_by_request ON telegram_frames (mn, qn);

CREATE INDEX telegram_frames_by_device ON telegram_frames (mn, received_at);

CREATE TABLE telegram_refusals (
    day TEXT NOT NULL,
    peer TEXT NOT NULL,
    error TEXT NOT NULL,
    seen INTEGER NOT NULL,
    kept INTEGER NOT NULL,
    PRIMARY KEY (day, peer, error)
);

CREATE TABLE agreement_texts (
    sha256 TEXT NOT NULL,
    code TEXT NOT NULL,
    text TEXT NOT NULL,
    PRIMARY KEY (sha256)
);

CREATE TABLE assessments (
    id TEXT NOT NULL,
    scorecard TEXT NOT NULL,
    title TEXT NOT NULL,
    basin TEXT NOT NULL,
    period TEXT NOT NULL,
    as_of TIMESTAMP WITH TIME ZONE NOT NULL,
    score TEXT,
    grade TEXT,
    digest TEXT NOT NULL,
    document TEXT NOT NULL,
    recorded_at TIMESTAMP WITH TIME ZONE NOT NULL,
    PRIMARY KEY (id)
);

CREATE TABLE submission_files (
    submission BIGINT NOT NULL,
    file INTEGER NOT NULL,
    name TEXT NOT NULL,
    sha256 TEXT NOT NULL,
    bytes INTEGER NOT NULL,
    PRIMARY KEY (submission, file),
    FOREIGN KEY(submission) REFERENCES submissions (id)
);

CREATE INDEX ix_submission_files_sha256 ON submission_files (sha256);

CREATE TABLE quality_tests (
    run BIGINT NOT NULL,
    indicator TEXT NOT NULL,
    test TEXT NOT NULL,
    section TEXT NOT NULL,
    arguments TEXT NOT NULL,
    source TEXT NOT NULL,
    verified BOOLEAN NOT NULL,
    first TIMESTAMP WITH TIME ZONE NOT NULL,
    last TIMESTAMP WITH TIME ZONE NOT NULL,
    series INTEGER NOT NULL,
    readings INTEGER NOT NULL,
    not_evaluated INTEGER NOT NULL,
    doubtful INTEGER NOT NULL,
    unreliable INTEGER NOT NULL,
    PRIMARY KEY (run, indicator, test, section),
    FOREIGN KEY(run) REFERENCES quality_runs (id)
);

CREATE INDEX quality_tests_of_an_indicator ON quality_tests (indicator, run);

CREATE TABLE reviews (
    id BIGSERIAL NOT NULL,
    action TEXT NOT NULL,
    station TEXT NOT NULL,
    indicator TEXT NOT NULL,
    time TIMESTAMP WITH TIME ZONE NOT NULL,
    revision INTEGER NOT NULL,
    reading BIGINT NOT NULL,
    reason TEXT NOT NULL,
    document TEXT NOT NULL,
    proposed_by TEXT NOT NULL,
    approved_by TEXT NOT NULL,
    recorded_at TIMESTAMP WITH TIME ZONE NOT NULL,
    recorded_by TEXT,
    PRIMARY KEY (id),
    FOREIGN KEY(reading) REFERENCES readings (id)
);

CREATE INDEX reviews_of_a_value ON reviews (station, indicator, time);

CREATE INDEX reviews_of_a_reading ON reviews (reading);

CREATE TABLE settlements (
    id TEXT NOT NULL,
    agreement TEXT NOT NULL,
    agreement_sha256 TEXT NOT NULL,
    title TEXT NOT NULL,
    basin TEXT NOT NULL,
    period TEXT NOT NULL,
    as_of TIMESTAMP WITH TIME ZONE NOT NULL,
    kind TEXT NOT NULL,
    digest TEXT NOT NULL,
    document TEXT NOT NULL,
    recorded_at TIMESTAMP WITH TIME ZONE NOT NULL,
    PRIMARY KEY (id),
    FOREIGN KEY(agreement_sha256) REFERENCES agreement_texts (sha256)
);

CREATE TABLE receipts (
    submission BIGINT NOT NULL,
    file INTEGER NOT NULL,
    accepted INTEGER NOT NULL,
    duplicate INTEGER NOT NULL,
    revised INTEGER NOT NULL,
    quarantined INTEGER NOT NULL,
    rejected INTEGER NOT NULL,
    withheld INTEGER NOT NULL,
    absent INTEGER NOT NULL,
    recorded_at TIMESTAMP WITH TIME ZONE NOT NULL,
    newest TIMESTAMP WITH TIME ZONE,
    PRIMARY KEY (submission, file),
    FOREIGN KEY(submission, file) REFERENCES submission_files (submission, file)
);

CREATE TABLE telegram_receipts (
    frame BIGINT NOT NULL,
    submission BIGINT NOT NULL,
    file INTEGER NOT NULL,
    PRIMARY KEY (frame, submission, file),
    FOREIGN KEY(submission, file) REFERENCES submission_files (submission, file),
    FOREIGN KEY(frame) REFERENCES telegram_frames (id)
);

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

CREATE TABLE statuses (
    id BIGSERIAL NOT NULL,
    settlement TEXT NOT NULL,
    status TEXT NOT NULL,
    person TEXT NOT NULL,
    reason TEXT NOT NULL,
    recorded_at TIMESTAMP WITH TIME ZONE NOT NULL,
    PRIMARY KEY (id),
    FOREIGN KEY(settlement) REFERENCES settlements (id)
);

CREATE INDEX ix_statuses_settlement ON statuses (settlement);

CREATE TABLE entries (
    status BIGINT NOT NULL,
    ordinal INTEGER NOT NULL,
    party TEXT NOT NULL,
    counterparty TEXT NOT NULL,
    fen BIGINT NOT NULL,
    PRIMARY KEY (status, ordinal),
    FOREIGN KEY(status) REFERENCES statuses (id)
);

ALTER TABLE access_keys ALTER COLUMN name TYPE text COLLATE "C", ALTER COLUMN sha256 TYPE text COLLATE "C", ALTER COLUMN stations TYPE text COLLATE "C", ALTER COLUMN previous_sha256 TYPE text COLLATE "C";

ALTER TABLE agreement_texts ALTER COLUMN sha256 TYPE text COLLATE "C", ALTER COLUMN code TYPE text COLLATE "C", ALTER COLUMN text TYPE text COLLATE "C";

ALTER TABLE alarms ALTER COLUMN station TYPE text COLLATE "C", ALTER COLUMN event TYPE text COLLATE "C", ALTER COLUMN source TYPE text COLLATE "C";

ALTER TABLE assessments ALTER COLUMN id TYPE text COLLATE "C", ALTER COLUMN scorecard TYPE text COLLATE "C", ALTER COLUMN title TYPE text COLLATE "C", ALTER COLUMN basin TYPE text COLLATE "C", ALTER COLUMN period TYPE text COLLATE "C", ALTER COLUMN score TYPE text COLLATE "C", ALTER COLUMN grade TYPE text COLLATE "C", ALTER COLUMN digest TYPE text COLLATE "C", ALTER COLUMN document TYPE text COLLATE "C";

ALTER TABLE facts ALTER COLUMN subject TYPE text COLLATE "C", ALTER COLUMN period TYPE text COLLATE "C", ALTER COLUMN kind TYPE text COLLATE "C", ALTER COLUMN value TYPE text COLLATE "C", ALTER COLUMN document TYPE text COLLATE "C", ALTER COLUMN recorded_by TYPE text COLLATE "C", ALTER COLUMN approved_by TYPE text COLLATE "C";

ALTER TABLE filled_slots ALTER COLUMN month TYPE text COLLATE "C", ALTER COLUMN station TYPE text COLLATE "C", ALTER COLUMN indicator TYPE text COLLATE "C";

ALTER TABLE flags ALTER COLUMN station TYPE text COLLATE "C", ALTER COLUMN indicator TYPE text COLLATE "C", ALTER COLUMN test TYPE text COLLATE "C";

ALTER TABLE idempotency_keys ALTER COLUMN key TYPE text COLLATE "C", ALTER COLUMN body_sha256 TYPE text COLLATE "C", ALTER COLUMN answer TYPE text COLLATE "C";

ALTER TABLE locks ALTER COLUMN name TYPE text COLLATE "C", ALTER COLUMN holder TYPE text COLLATE "C";

ALTER TABLE observations ALTER COLUMN station TYPE text COLLATE "C", ALTER COLUMN indicator TYPE text COLLATE "C", ALTER COLUMN status TYPE text COLLATE "C", ALTER COLUMN mark TYPE text COLLATE "C";

ALTER TABLE quality_due ALTER COLUMN station TYPE text COLLATE "C";

ALTER TABLE readings ALTER COLUMN province TYPE text COLLATE "C", ALTER COLUMN station_text TYPE text COLLATE "C", ALTER COLUMN station TYPE text COLLATE "C", ALTER COLUMN indicator TYPE text COLLATE "C", ALTER COLUMN value_text TYPE text COLLATE "C", ALTER COLUMN unit TYPE text COLLATE "C", ALTER COLUMN printed TYPE text COLLATE "C", ALTER COLUMN mark TYPE text COLLATE "C", ALTER COLUMN status TYPE text COLLATE "C", ALTER COLUMN water_class TYPE text COLLATE "C", ALTER COLUMN fate TYPE text COLLATE "C", ALTER COLUMN code TYPE text COLLATE "C", ALTER COLUMN reason TYPE text COLLATE "C";

ALTER TABLE receipt_rows ALTER COLUMN field TYPE text COLLATE "C", ALTER COLUMN code TYPE text COLLATE "C", ALTER COLUMN value TYPE text COLLATE "C", ALTER COLUMN fate TYPE text COLLATE "C", ALTER COLUMN station TYPE text COLLATE "C", ALTER COLUMN indicator TYPE text COLLATE "C", ALTER COLUMN stands TYPE text COLLATE "C", ALTER COLUMN replaced TYPE text COLLATE "C", ALTER COLUMN sent TYPE text COLLATE "C";

ALTER TABLE runs ALTER COLUMN job TYPE text COLLATE "C", ALTER COLUMN holder TYPE text COLLATE "C", ALTER COLUMN outcome TYPE text COLLATE "C";

ALTER TABLE source_answers ALTER COLUMN source TYPE text COLLATE "C", ALTER COLUMN sha256 TYPE text COLLATE "C", ALTER COLUMN name TYPE text COLLATE "C";

ALTER TABLE submissions ALTER COLUMN door TYPE text COLLATE "C", ALTER COLUMN name TYPE text COLLATE "C", ALTER COLUMN sha256 TYPE text COLLATE "C", ALTER COLUMN sender TYPE text COLLATE "C";

ALTER TABLE telegram_frames ALTER COLUMN peer TYPE text COLLATE "C", ALTER COLUMN error TYPE text COLLATE "C", ALTER COLUMN mn TYPE text COLLATE "C", ALTER COLUMN qn TYPE text COLLATE "C", ALTER COLUMN st TYPE text COLLATE "C", ALTER COLUMN cn TYPE text COLLATE "C", ALTER COLUMN sha256 TYPE text COLLATE "C";

ALTER TABLE telegram_refusals ALTER COLUMN day TYPE text COLLATE "C", ALTER COLUMN peer TYPE text COLLATE "C", ALTER COLUMN error TYPE text COLLATE "C";

ALTER TABLE quality_tests ALTER COLUMN indicator TYPE text COLLATE "C", ALTER COLUMN test TYPE text COLLATE "C", ALTER COLUMN section TYPE text COLLATE "C", ALTER COLUMN arguments TYPE text COLLATE "C", ALTER COLUMN source TYPE text COLLATE "C";

ALTER TABLE reviews ALTER COLUMN action TYPE text COLLATE "C", ALTER COLUMN station TYPE text COLLATE "C", ALTER COLUMN indicator TYPE text COLLATE "C", ALTER COLUMN reason TYPE text COLLATE "C", ALTER COLUMN document TYPE text COLLATE "C", ALTER COLUMN proposed_by TYPE text COLLATE "C", ALTER COLUMN approved_by TYPE text COLLATE "C", ALTER COLUMN recorded_by TYPE text COLLATE "C";

ALTER TABLE settlements ALTER COLUMN id TYPE text COLLATE "C", ALTER COLUMN agreement TYPE text COLLATE "C", ALTER COLUMN agreement_sha256 TYPE text COLLATE "C", ALTER COLUMN title TYPE text COLLATE "C", ALTER COLUMN basin TYPE text COLLATE "C", ALTER COLUMN period TYPE text COLLATE "C", ALTER COLUMN kind TYPE text COLLATE "C", ALTER COLUMN digest TYPE text COLLATE "C", ALTER COLUMN document TYPE text COLLATE "C";

ALTER TABLE submission_files ALTER COLUMN name TYPE text COLLATE "C", ALTER COLUMN sha256 TYPE text COLLATE "C";

ALTER TABLE obligations ALTER COLUMN settlement TYPE text COLLATE "C", ALTER COLUMN clause TYPE text COLLATE "C", ALTER COLUMN period TYPE text COLLATE "C", ALTER COLUMN payer TYPE text COLLATE "C", ALTER COLUMN payee TYPE text COLLATE "C";

ALTER TABLE statuses ALTER COLUMN settlement TYPE text COLLATE "C", ALTER COLUMN status TYPE text COLLATE "C", ALTER COLUMN person TYPE text COLLATE "C", ALTER COLUMN reason TYPE text COLLATE "C";

ALTER TABLE entries ALTER COLUMN party TYPE text COLLATE "C", ALTER COLUMN counterparty TYPE text COLLATE "C";

CREATE OR REPLACE FUNCTION refuse_change() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN RAISE EXCEPTION '% is append-only', TG_TABLE_NAME; END $$;

CREATE OR REPLACE TRIGGER agreement_texts_refuses_change BEFORE UPDATE OR DELETE OR TRUNCATE ON agreement_texts FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();

CREATE OR REPLACE TRIGGER alarms_refuses_change BEFORE UPDATE OR DELETE OR TRUNCATE ON alarms FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();

CREATE OR REPLACE TRIGGER assessments_refuses_change BEFORE UPDATE OR DELETE OR TRUNCATE ON assessments FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();

CREATE OR REPLACE TRIGGER facts_refuses_change BEFORE UPDATE OR DELETE OR TRUNCATE ON facts FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();

CREATE OR REPLACE TRIGGER flags_refuses_change BEFORE UPDATE OR DELETE OR TRUNCATE ON flags FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();

CREATE OR REPLACE TRIGGER observations_refuses_change BEFORE UPDATE OR DELETE OR TRUNCATE ON observations FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();

CREATE OR REPLACE TRIGGER quality_runs_refuses_change BEFORE UPDATE OR DELETE OR TRUNCATE ON quality_runs FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();

CREATE OR REPLACE TRIGGER readings_refuses_change BEFORE UPDATE OR DELETE OR TRUNCATE ON readings FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();

CREATE OR REPLACE TRIGGER receipt_rows_refuses_change BEFORE UPDATE OR DELETE OR TRUNCATE ON receipt_rows FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();

CREATE OR REPLACE TRIGGER source_answers_refuses_change BEFORE UPDATE OR DELETE OR TRUNCATE ON source_answers FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();

CREATE OR REPLACE TRIGGER submissions_refuses_change BEFORE UPDATE OR DELETE OR TRUNCATE ON submissions FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();

CREATE OR REPLACE TRIGGER telegram_frames_refuses_change BEFORE UPDATE OR DELETE OR TRUNCATE ON telegram_frames FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();

CREATE OR REPLACE TRIGGER quality_tests_refuses_change BEFORE UPDATE OR DELETE OR TRUNCATE ON quality_tests FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();

CREATE OR REPLACE TRIGGER reviews_refuses_change BEFORE UPDATE OR DELETE OR TRUNCATE ON reviews FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();

CREATE OR REPLACE TRIGGER settlements_refuses_change BEFORE UPDATE OR DELETE OR TRUNCATE ON settlements FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();

CREATE OR REPLACE TRIGGER submission_files_refuses_change BEFORE UPDATE OR DELETE OR TRUNCATE ON submission_files FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();

CREATE OR REPLACE TRIGGER obligations_refuses_change BEFORE UPDATE OR DELETE OR TRUNCATE ON obligations FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();

CREATE OR REPLACE TRIGGER receipts_refuses_change BEFORE UPDATE OR DELETE OR TRUNCATE ON receipts FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();

CREATE OR REPLACE TRIGGER statuses_refuses_change BEFORE UPDATE OR DELETE OR TRUNCATE ON statuses FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();

CREATE OR REPLACE TRIGGER telegram_receipts_refuses_change BEFORE UPDATE OR DELETE OR TRUNCATE ON telegram_receipts FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();

CREATE OR REPLACE TRIGGER entries_refuses_change BEFORE UPDATE OR DELETE OR TRUNCATE ON entries FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();

INSERT INTO access_keys ("name", "sha256", "created_at", "stations", "expires_at", "revoked_at", "previous_sha256", "previous_until") VALUES
('示例监测中心', 'e061f9a6a672afbf9799f27fb6f427924b1e4e9a8804c5b3a9014b321475897e', '2023-04-10 01:03:00.011106+00:00'::timestamptz, 'demo-qx2', '2025-09-26 01:10:00.012340+00:00'::timestamptz, NULL, NULL, NULL);

INSERT INTO agreement_texts ("sha256", "code", "text") VALUES
('c9a372e982ff3a4485eac908ec7adb3a9a8ef145bbc7824048084d9008cda096', 'demo-small-monthly', '# 虚构的协议，用来展示：逐月类别 → 每类金额 → 封顶 → 分。地名、金额、数据都是编的。
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

INSERT INTO alarms ("id", "station", "event", "at", "recorded_at", "source") VALUES
(1, 'demo-qx2', 'silent', '2023-03-06 08:00:00+00:00'::timestamptz, '2023-04-10 01:59:00.020978+00:00'::timestamptz, ''),
(2, 'demo-qx3', 'silent', '2023-03-06 08:00:00+00:00'::timestamptz, '2023-04-10 01:59:00.020978+00:00'::timestamptz, '');

INSERT INTO assessments ("id", "scorecard", "title", "basin", "period", "as_of", "score", "grade", "digest", "document", "recorded_at") VALUES
('watershed-performance-demo-qingxi-2023-80dcae82d39e', 'watershed-performance', '流域水环境绩效评价表（样例）', 'demo-qingxi', '2023', '2023-04-10 03:37:00.038254+00:00'::timestamptz, '22.22', '差', '80dcae82d39e34e4c9b741a46086234ace8d200d8b1d57f27d606fe9c359fd88', '{"as_of":"2023-04-10T03:37:00.038254Z","available":"45","bands":[["优","90"],["良","80"],["中","60"],["差","0"]],"basin":"demo-qingxi","criteria":[{"earned":"10","message_en":null,"message_zh":null,"points":"30","reason":null,"ref":"attainment","source":"各断面各月水质类别达到断面目标的比例，按比例给分","statistics":[0,1,2,3,4,5,6,7,8,9,10,11,12,13,14,15,16,17,18,19,20,21,22,23,24,25,26,27,28,29,30,31,32,33,34,35,36,37,38,39,40,41,42,43,44,45,46,47,48,49,50,51,52,53,54,55,56,57,58,59,60,61,62,63,64,65,66,67,68,69,70,71,72,73,74,75,76,77,78,79,80,81,82,83,84,85,86,87,88,89,90,91,92,93,94,95,96,97,98,99,100,101,102,103,104,105,106,107,108,109,110,111,112,113,114,115,116,117,118,119],"title":"断面月达标率","unverified":["clauses.attainment.points","data.min_readings_a_day","data.min_days_a_month","data.statuses","data.compare","data.non_detect","data.missing_month"],"value":"0.3333","working":[{"expression":"无值","label":"2023-01 清溪源头（虚构） 类别","value":"no_readings"},{"expression":"无值","label":"2023-02 清溪源头（虚构） 类别","value":"no_readings"},{"expression":"无值","label":"2023-03 清溪源头（虚构） 类别","value":"no_readings"},{"expression":"无值","label":"2023-04 清溪源头（虚构） 类别","value":"no_readings"},{"expression":"无值","label":"2023-05 清溪源头（虚构） 类别","value":"no_readings"},{"expression":"无值","label":"2023-06 清溪源头（虚构） 类别","value":"no_readings"},{"expression":"无值","label":"2023-07 清溪源头（虚构） 类别","value":"no_readings"},{"expression":"无值","label":"2023-08 清溪源头（虚构） 类别","value":"no_readings"},{"expression":"无值","label":"2023-09 清溪源头（虚构） 类别","value":"no_readings"},{"expression":"无值","label":"2023-10 清溪源头（虚构） 类别","value":"no_readings"},{"expression":"无值","label":"2023-11 清溪源头（虚构） 类别","value":"no_readings"},{"expression":"无值","label":"2023-12 清溪源头（虚构） 类别","value":"no_readings"},{"expression":"2 个读数、2 天的均值：7.5，修约到 0 位小数","label":"2023-01 山平界（虚构） pH","value":"8"},{"expression":"2 个读数、2 天的均值","label":"2023-01 山平界（虚构） 溶解氧","value":"8"},{"expression":"2 个读数、2 天的均值","label":"2023-01 山平界（虚构） 高锰酸盐指数","value":"3.5"},{"expression":"2 个读数、2 天的均值","label":"2023-01 山平界（虚构） 氨氮","value":"0.4"},{"expression":"2 个读数、2 天的均值","label":"2023-01 山平界（虚构） 总磷","value":"0.15"},{"expression":"GB3838-2002 河流限值：pH 6 ≤ 8 ≤ 9 Ⅰ类、溶解氧 8 ≥ 7.5 Ⅰ类、高锰酸盐指数 3.5 ≤ 4 Ⅱ类、氨氮 0.4 ≤ 0.5 Ⅱ类、总磷 0.15 ≤ 0.2 Ⅲ类；取最差的一项","label":"2023-01 山平界（虚构） 类别","value":"Ⅲ类"},{"expression":"3 − 3","label":"差值","value":"0"},{"expression":"0 ≤ 0","label":"条件","value":"成立"},{"expression":"2 个读数、2 天的均值：7.5，修约到 0 位小数","label":"2023-02 山平界（虚构） pH","value":"8"},{"expression":"2 个读数、2 天的均值","label":"2023-02 山平界（虚构） 溶解氧","value":"8"},{"expression":"2 个读数、2 天的均值，未采用 超出该指标的合理范围，待核 1","label":"2023-02 山平界（虚构） 高锰酸盐指数","value":"3.5"},{"expression":"3 个读数、3 天的均值，未采用 不是数字 1、维护 1：0.286666666667，修约到 2 位小数","label":"2023-02 山平界（虚构） 氨氮","value":"0.29"},{"expression":"2 个读数、2 天的均值","label":"2023-02 山平界（虚构） 总磷","value":"0.25"},{"expression":"GB3838-2002 河流限值：pH 6 ≤ 8 ≤ 9 Ⅰ类、溶解氧 8 ≥ 7.5 Ⅰ类、高锰酸盐指数 3.5 ≤ 4 Ⅱ类、氨氮 0.29 ≤ 0.5 Ⅱ类、总磷 0.25 ≤ 0.3 Ⅳ类；取最差的一项","label":"2023-02 山平界（虚构） 类别","value":"Ⅳ类"},{"expression":"4 − 3","label":"差值","value":"1"},{"expression":"1 ≤ 0","label":"条件","value":"不成立"},{"expression":"2 个读数、2 天的均值：7.5，修约到 0 位小数","label":"2023-03 山平界（虚构） pH","value":"8"},{"expression":"2 个读数、2 天的均值","label":"2023-03 山平界（虚构） 溶解氧","value":"8"},{"expression":"2 个读数、2 天的均值","label":"2023-03 山平界（虚构） 高锰酸盐指数","value":"3.5"},{"expression":"2 个读数、2 天的均值","label":"2023-03 山平界（虚构） 氨氮","value":"0.4"},{"expression":"2 个读数、2 天的均值","label":"2023-03 山平界（虚构） 总磷","value":"0.35"},{"expression":"GB3838-2002 河流限值：pH 6 ≤ 8 ≤ 9 Ⅰ类、溶解氧 8 ≥ 7.5 Ⅰ类、高锰酸盐指数 3.5 ≤ 4 Ⅱ类、氨氮 0.4 ≤ 0.5 Ⅱ类、总磷 0.35 ≤ 0.4 Ⅴ类；取最差的一项","label":"2023-03 山平界（虚构） 类别","value":"Ⅴ类"},{"expression":"5 − 3","label":"差值","value":"2"},{"expression":"2 ≤ 0","label":"条件","value":"不成立"},{"expression":"没有读数","label":"2023-04 山平界（虚构） pH","value":"无值：no_readings"},{"expression":"没有读数","label":"2023-04 山平界（虚构） 溶解氧","value":"无值：no_readings"},{"expression":"没有读数","label":"2023-04 山平界（虚构） 高锰酸盐指数","value":"无值：no_readings"},{"expression":"没有读数","label":"2023-04 山平界（虚构） 氨氮","value":"无值：no_readings"},{"expression":"没有读数","label":"2023-04 山平界（虚构） 总磷","value":"无值：no_readings"},{"expression":"无值","label":"2023-04 山平界（虚构） 类别","value":"no_readings"},{"expression":"没有读数","label":"2023-05 山平界（虚构） pH","value":"无值：no_readings"},{"expression":"没有读数","label":"2023-05 山平界（虚构） 溶解氧","value":"无值：no_readings"},{"expression":"没有读数","label":"2023-05 山平界（虚构） 高锰酸盐指数","value":"无值：no_readings"},{"expression":"没有读数","label":"2023-05 山平界（虚构） 氨氮","value":"无值：no_readings"},{"expression":"没有读数","label":"2023-05 山平界（虚构） 总磷","value":"无值：no_readings"},{"expression":"无值","label":"2023-05 山平界（虚构） 类别","value":"no_readings"},{"expression":"没有读数","label":"2023-06 山平界（虚构） pH","value":"无值：no_readings"},{"expression":"没有读数","label":"2023-06 山平界（虚构） 溶解氧","value":"无值：no_readings"},{"expression":"没有读数","label":"2023-06 山平界（虚构） 高锰酸盐指数","value":"无值：no_readings"},{"expression":"没有读数","label":"2023-06 山平界（虚构） 氨氮","value":"无值：no_readings"},{"expression":"没有读数","label":"2023-06 山平界（虚构） 总磷","value":"无值：no_readings"},{"expression":"无值","label":"2023-06 山平界（虚构） 类别","value":"no_readings"},{"expression":"没有读数","label":"2023-07 山平界（虚构） pH","value":"无值：no_readings"},{"expression":"没有读数","label":"2023-07 山平界（虚构） 溶解氧","value":"无值：no_readings"},{"expression":"没有读数","label":"2023-07 山平界（虚构） 高锰酸盐指数","value":"无值：no_readings"},{"expression":"没有读数","label":"2023-07 山平界（虚构） 氨氮","value":"无值：no_readings"},{"expression":"没有读数","label":"2023-07 山平界（虚构） 总磷","value":"无值：no_readings"},{"expression":"无值","label":"2023-07 山平界（虚构） 类别","value":"no_readings"},{"expression":"没有读数","label":"2023-08 山平界（虚构） pH","value":"无值：no_readings"},{"expression":"没有读数","label":"2023-08 山平界（虚构） 溶解氧","value":"无值：no_readings"},{"expression":"没有读数","label":"2023-08 山平界（虚构） 高锰酸盐指数","value":"无值：no_readings"},{"expression":"没有读数","label":"2023-08 山平界（虚构） 氨氮","value":"无值：no_readings"},{"expression":"没有读数","label":"2023-08 山平界（虚构） 总磷","value":"无值：no_readings"},{"expression":"无值","label":"2023-08 山平界（虚构） 类别","value":"no_readings"},{"expression":"没有读数","label":"2023-09 山平界（虚构） pH","value":"无值：no_readings"},{"expression":"没有读数","label":"2023-09 山平界（虚构） 溶解氧","value":"无值：no_readings"},{"expression":"没有读数","label":"2023-09 山平界（虚构） 高锰酸盐指数","value":"无值：no_readings"},{"expression":"没有读数","label":"2023-09 山平界（虚构） 氨氮","value":"无值：no_readings"},{"expression":"没有读数","label":"2023-09 山平界（虚构） 总磷","value":"无值：no_readings"},{"expression":"无值","label":"2023-09 山平界（虚构） 类别","value":"no_readings"},{"expression":"没有读数","label":"2023-10 山平界（虚构） pH","value":"无值：no_readings"},{"expression":"没有读数","label":"2023-10 山平界（虚构） 溶解氧","value":"无值：no_readings"},{"expression":"没有读数","label":"2023-10 山平界（虚构） 高锰酸盐指数","value":"无值：no_readings"},{"expression":"没有读数","label":"2023-10 山平界（虚构） 氨氮","value":"无值：no_readings"},{"expression":"没有读数","label":"2023-10 山平界（虚构） 总磷","value":"无值：no_readings"},{"expression":"无值","label":"2023-10 山平界（虚构） 类别","value":"no_readings"},{"expression":"没有读数","label":"2023-11 山平界（虚构） pH","value":"无值：no_readings"},{"expression":"没有读数","label":"2023-11 山平界（虚构） 溶解氧","value":"无值：no_readings"},{"expression":"没有读数","label":"2023-11 山平界（虚构） 高锰酸盐指数","value":"无值：no_readings"},{"expression":"没有读数","label":"2023-11 山平界（虚构） 氨氮","value":"无值：no_readings"},{"expression":"没有读数","label":"2023-11 山平界（虚构） 总磷","value":"无值：no_readings"},{"expression":"无值","label":"2023-11 山平界（虚构） 类别","value":"no_readings"},{"expression":"没有读数","label":"2023-12 山平界（虚构） pH","value":"无值：no_readings"},{"expression":"没有读数","label":"2023-12 山平界（虚构） 溶解氧","value":"无值：no_readings"},{"expression":"没有读数","label":"2023-12 山平界（虚构） 高锰酸盐指数","value":"无值：no_readings"},{"expression":"没有读数","label":"2023-12 山平界（虚构） 氨氮","value":"无值：no_readings"},{"expression":"没有读数","label":"2023-12 山平界（虚构） 总磷","value":"无值：no_readings"},{"expression":"无值","label":"2023-12 山平界（虚构） 类别","value":"no_readings"},{"expression":"2 个读数、2 天的均值：7.5，修约到 0 位小数","label":"2023-01 平海界（虚构） pH","value":"8"},{"expression":"2 个读数、2 天的均值","label":"2023-01 平海界（虚构） 溶解氧","value":"8"},{"expression":"2 个读数、2 天的均值","label":"2023-01 平海界（虚构） 高锰酸盐指数","value":"3.5"},{"expression":"2 个读数、2 天的均值","label":"2023-01 平海界（虚构） 氨氮","value":"0.4"},{"expression":"2 个读数、2 天的均值","label":"2023-01 平海界（虚构） 总磷","value":"0.15"},{"expression":"GB3838-2002 河流限值：pH 6 ≤ 8 ≤ 9 Ⅰ类、溶解氧 8 ≥ 7.5 Ⅰ类、高锰酸盐指数 3.5 ≤ 4 Ⅱ类、氨氮 0.4 ≤ 0.5 Ⅱ类、总磷 0.15 ≤ 0.2 Ⅲ类；取最差的一项","label":"2023-01 平海界（虚构） 类别","value":"Ⅲ类"},{"expression":"2 个读数、2 天的均值：7.5，修约到 0 位小数","label":"2023-02 平海界（虚构） pH","value":"8"},{"expression":"2 个读数、2 天的均值","label":"2023-02 平海界（虚构） 溶解氧","value":"8"},{"expression":"2 个读数、2 天的均值","label":"2023-02 平海界（虚构） 高锰酸盐指数","value":"3.5"},{"expression":"2 个读数、2 天的均值","label":"2023-02 平海界（虚构） 氨氮","value":"0.4"},{"expression":"2 个读数、2 天的均值","label":"2023-02 平海界（虚构） 总磷","value":"0.25"},{"expression":"GB3838-2002 河流限值：pH 6 ≤ 8 ≤ 9 Ⅰ类、溶解氧 8 ≥ 7.5 Ⅰ类、高锰酸盐指数 3.5 ≤ 4 Ⅱ类、氨氮 0.4 ≤ 0.5 Ⅱ类、总磷 0.25 ≤ 0.3 Ⅳ类；取最差的一项","label":"2023-02 平海界（虚构） 类别","value":"Ⅳ类"},{"expression":"2 个读数、2 天的均值：7.5，修约到 0 位小数","label":"2023-03 平海界（虚构） pH","value":"8"},{"expression":"2 个读数、2 天的均值","label":"2023-03 平海界（虚构） 溶解氧","value":"8"},{"expression":"2 个读数、2 天的均值","label":"2023-03 平海界（虚构） 高锰酸盐指数","value":"3.5"},{"expression":"2 个读数、2 天的均值","label":"2023-03 平海界（虚构） 氨氮","value":"0.4"},{"expression":"2 个读数、2 天的均值","label":"2023-03 平海界（虚构） 总磷","value":"0.35"},{"expression":"GB3838-2002 河流限值：pH 6 ≤ 8 ≤ 9 Ⅰ类、溶解氧 8 ≥ 7.5 Ⅰ类、高锰酸盐指数 3.5 ≤ 4 Ⅱ类、氨氮 0.4 ≤ 0.5 Ⅱ类、总磷 0.35 ≤ 0.4 Ⅴ类；取最差的一项","label":"2023-03 平海界（虚构） 类别","value":"Ⅴ类"},{"expression":"没有读数","label":"2023-04 平海界（虚构） pH","value":"无值：no_readings"},{"expression":"没有读数","label":"2023-04 平海界（虚构） 溶解氧","value":"无值：no_readings"},{"expression":"没有读数","label":"2023-04 平海界（虚构） 高锰酸盐指数","value":"无值：no_readings"},{"expression":"没有读数","label":"2023-04 平海界（虚构） 氨氮","value":"无值：no_readings"},{"expression":"没有读数","label":"2023-04 平海界（虚构） 总磷","value":"无值：no_readings"},{"expression":"无值","label":"2023-04 平海界（虚构） 类别","value":"no_readings"},{"expression":"没有读数","label":"2023-05 平海界（虚构） pH","value":"无值：no_readings"},{"expression":"没有读数","label":"2023-05 平海界（虚构） 溶解氧","value":"无值：no_readings"},{"expression":"没有读数","label":"2023-05 平海界（虚构） 高锰酸盐指数","value":"无值：no_readings"},{"expression":"没有读数","label":"2023-05 平海界（虚构） 氨氮","value":"无值：no_readings"},{"expression":"没有读数","label":"2023-05 平海界（虚构） 总磷","value":"无值：no_readings"},{"expression":"无值","label":"2023-05 平海界（虚构） 类别","value":"no_readings"},{"expression":"没有读数","label":"2023-06 平海界（虚构） pH","value":"无值：no_readings"},{"expression":"没有读数","label":"2023-06 平海界（虚构） 溶解氧","value":"无值：no_readings"},{"expression":"没有读数","label":"2023-06 平海界（虚构） 高锰酸盐指数","value":"无值：no_readings"},{"expression":"没有读数","label":"2023-06 平海界（虚构） 氨氮","value":"无值：no_readings"},{"expression":"没有读数","label":"2023-06 平海界（虚构） 总磷","value":"无值：no_readings"},{"expression":"无值","label":"2023-06 平海界（虚构） 类别","value":"no_readings"},{"expression":"没有读数","label":"2023-07 平海界（虚构） pH","value":"无值：no_readings"},{"expression":"没有读数","label":"2023-07 平海界（虚构） 溶解氧","value":"无值：no_readings"},{"expression":"没有读数","label":"2023-07 平海界（虚构） 高锰酸盐指数","value":"无值：no_readings"},{"expression":"没有读数","label":"2023-07 平海界（虚构） 氨氮","value":"无值：no_readings"},{"expression":"没有读数","label":"2023-07 平海界（虚构） 总磷","value":"无值：no_readings"},{"expression":"无值","label":"2023-07 平海界（虚构） 类别","value":"no_readings"},{"expression":"没有读数","label":"2023-08 平海界（虚构） pH","value":"无值：no_readings"},{"expression":"没有读数","label":"2023-08 平海界（虚构） 溶解氧","value":"无值：no_readings"},{"expression":"没有读数","label":"2023-08 平海界（虚构） 高锰酸盐指数","value":"无值：no_readings"},{"expression":"没有读数","label":"2023-08 平海界（虚构） 氨氮","value":"无值：no_readings"},{"expression":"没有读数","label":"2023-08 平海界（虚构） 总磷","value":"无值：no_readings"},{"expression":"无值","label":"2023-08 平海界（虚构） 类别","value":"no_readings"},{"expression":"没有读数","label":"2023-09 平海界（虚构） pH","value":"无值：no_readings"},{"expression":"没有读数","label":"2023-09 平海界（虚构） 溶解氧","value":"无值：no_readings"},{"expression":"没有读数","label":"2023-09 平海界（虚构） 高锰酸盐指数","value":"无值：no_readings"},{"expression":"没有读数","label":"2023-09 平海界（虚构） 氨氮","value":"无值：no_readings"},{"expression":"没有读数","label":"2023-09 平海界（虚构） 总磷","value":"无值：no_readings"},{"expression":"无值","label":"2023-09 平海界（虚构） 类别","value":"no_readings"},{"expression":"没有读数","label":"2023-10 平海界（虚构） pH","value":"无值：no_readings"},{"expression":"没有读数","label":"2023-10 平海界（虚构） 溶解氧","value":"无值：no_readings"},{"expression":"没有读数","label":"2023-10 平海界（虚构） 高锰酸盐指数","value":"无值：no_readings"},{"expression":"没有读数","label":"2023-10 平海界（虚构） 氨氮","value":"无值：no_readings"},{"expression":"没有读数","label":"2023-10 平海界（虚构） 总磷","value":"无值：no_readings"},{"expression":"无值","label":"2023-10 平海界（虚构） 类别","value":"no_readings"},{"expression":"没有读数","label":"2023-11 平海界（虚构） pH","value":"无值：no_readings"},{"expression":"没有读数","label":"2023-11 平海界（虚构） 溶解氧","value":"无值：no_readings"},{"expression":"没有读数","label":"2023-11 平海界（虚构） 高锰酸盐指数","value":"无值：no_readings"},{"expression":"没有读数","label":"2023-11 平海界（虚构） 氨氮","value":"无值：no_readings"},{"expression":"没有读数","label":"2023-11 平海界（虚构） 总磷","value":"无值：no_readings"},{"expression":"无值","label":"2023-11 平海界（虚构） 类别","value":"no_readings"},{"expression":"没有读数","label":"2023-12 平海界（虚构） pH","value":"无值：no_readings"},{"expression":"没有读数","label":"2023-12 平海界（虚构） 溶解氧","value":"无值：no_readings"},{"expression":"没有读数","label":"2023-12 平海界（虚构） 高锰酸盐指数","value":"无值：no_readings"},{"expression":"没有读数","label":"2023-12 平海界（虚构） 氨氮","value":"无值：no_readings"},{"expression":"没有读数","label":"2023-12 平海界（虚构） 总磷","value":"无值：no_readings"},{"expression":"无值","label":"2023-12 平海界（虚构） 类别","value":"no_readings"},{"expression":"1、0、0、1、0、0（另有 30 个不计）","label":"平均","value":"1/3"},{"expression":"30 × 1/3","label":"计算标准","value":"10"}]},{"earned":null,"message_en":"no usable readings","message_zh":"没有可用的监测数据","points":"20","reason":"no_readings","ref":"good","source":"年度水质类别为Ⅰ—Ⅲ类的断面所占比例，按比例给分","statistics":[0,5,10,15,20,25,30,35,40,45,50,55,120,1,6,11,16,21,26,31,36,41,46,51,56,121,2,7,12,17,22,27,32,37,42,47,52,57,122,3,8,13,18,23,28,33,38,43,48,53,58,123,4,9,14,19,24,29,34,39,44,49,54,59,124,60,65,70,75,80,85,90,95,100,105,110,115,125,61,66,71,76,81,86,91,96,101,106,111,116,126,62,67,72,77,82,87,92,97,102,107,112,117,127,63,68,73,78,83,88,93,98,103,108,113,118,128,64,69,74,79,84,89,94,99,104,109,114,119,129],"title":"Ⅰ—Ⅲ类断面比例","unverified":["clauses.good.points","data.min_readings_a_day","data.min_days_a_month","data.statuses","data.compare","data.non_detect","data.missing_month"],"value":null,"working":[{"expression":"无值","label":"2023 清溪源头（虚构） 类别","value":"no_readings"},{"expression":"3 个月均值的平均，共 6 个读数、6 天：7.5，修约到 0 位小数","label":"2023 山平界（虚构） pH","value":"8"},{"expression":"3 个月均值的平均，共 6 个读数、6 天","label":"2023 山平界（虚构） 溶解氧","value":"8"},{"expression":"3 个月均值的平均，共 6 个读数、6 天，未采用 超出该指标的合理范围，待核 1","label":"2023 山平界（虚构） 高锰酸盐指数","value":"3.5"},{"expression":"3 个月均值的平均，共 7 个读数、7 天，未采用 不是数字 1、维护 1：0.362222222222，修约到 2 位小数","label":"2023 山平界（虚构） 氨氮","value":"0.36"},{"expression":"3 个月均值的平均，共 6 个读数、6 天","label":"2023 山平界（虚构） 总磷","value":"0.25"},{"expression":"GB3838-2002 河流限值：pH 6 ≤ 8 ≤ 9 Ⅰ类、溶解氧 8 ≥ 7.5 Ⅰ类、高锰酸盐指数 3.5 ≤ 4 Ⅱ类、氨氮 0.36 ≤ 0.5 Ⅱ类、总磷 0.25 ≤ 0.3 Ⅳ类；取最差的一项","label":"2023 山平界（虚构） 类别","value":"Ⅳ类"},{"expression":"4 ≤ 3","label":"条件","value":"不成立"},{"expression":"3 个月均值的平均，共 6 个读数、6 天：7.5，修约到 0 位小数","label":"2023 平海界（虚构） pH","value":"8"},{"expression":"3 个月均值的平均，共 6 个读数、6 天","label":"2023 平海界（虚构） 溶解氧","value":"8"},{"expression":"3 个月均值的平均，共 6 个读数、6 天","label":"2023 平海界（虚构） 高锰酸盐指数","value":"3.5"},{"expression":"3 个月均值的平均，共 6 个读数、6 天","label":"2023 平海界（虚构） 氨氮","value":"0.4"},{"expression":"3 个月均值的平均，共 6 个读数、6 天","label":"2023 平海界（虚构） 总磷","value":"0.25"},{"expression":"GB3838-2002 河流限值：pH 6 ≤ 8 ≤ 9 Ⅰ类、溶解氧 8 ≥ 7.5 Ⅰ类、高锰酸盐指数 3.5 ≤ 4 Ⅱ类、氨氮 0.4 ≤ 0.5 Ⅱ类、总磷 0.25 ≤ 0.3 Ⅳ类；取最差的一项","label":"2023 平海界（虚构） 类别","value":"Ⅳ类"}]},{"earned":null,"message_en":"no usable readings","message_zh":"没有可用的监测数据","points":"20","reason":"no_readings","ref":"change","source":"高锰酸盐指数、氨氮、总磷三项与上年同期之比的等权平均；持平 10 分，每降 0.1 加 5 分，每升 0.1 扣 5 分","statistics":[130,131,132,133,134,135,136,137,138,139,140,141,142,143,144,145,146,147,148,149,150,151,152,153,154,155,156,157,158,159,160,161,162,163,164,165,2,7,12,17,22,27,32,37,42,47,52,57,122,3,8,13,18,23,28,33,38,43,48,53,58,123,4,9,14,19,24,29,34,39,44,49,54,59,124,166,167,168,169,170,171,172,173,174,175,176,177,62,67,72,77,82,87,92,97,102,107,112,117,127,63,68,73,78,83,88,93,98,103,108,113,118,128,64,69,74,79,84,89,94,99,104,109,114,119,129,178,179,180,181,182,183,184,185,186,187,188,189],"title":"与上年同期相比","unverified":["clauses.change.points","clauses.change.measure.weights","data.min_readings_a_day","data.min_days_a_month","data.statuses","data.compare","data.non_detect","data.missing_month"],"value":null,"working":[{"expression":"没有读数","label":"2023 清溪源头（虚构） 高锰酸盐指数","value":"无值：no_readings"},{"expression":"没有读数","label":"2023 清溪源头（虚构） 氨氮","value":"无值：no_readings"},{"expression":"没有读数","label":"2023 清溪源头（虚构） 总磷","value":"无值：no_readings"},{"expression":"高锰酸盐指数 1/3、氨氮 1/3、总磷 1/3","label":"权重","value":"合计 1"},{"expression":"3 个月均值的平均，共 6 个读数、6 天，未采用 超出该指标的合理范围，待核 1","label":"2023 山平界（虚构） 高锰酸盐指数","value":"3.5"},{"expression":"3 个月均值的平均，共 7 个读数、7 天，未采用 不是数字 1、维护 1：0.362222222222，修约到 2 位小数","label":"2023 山平界（虚构） 氨氮","value":"0.36"},{"expression":"3 个月均值的平均，共 6 个读数、6 天","label":"2023 山平界（虚构） 总磷","value":"0.25"},{"expression":"没有读数","label":"2022 山平界（虚构） 高锰酸盐指数","value":"无值：no_readings"},{"expression":"3 个月均值的平均，共 6 个读数、6 天","label":"2023 平海界（虚构） 高锰酸盐指数","value":"3.5"},{"expression":"3 个月均值的平均，共 6 个读数、6 天","label":"2023 平海界（虚构） 氨氮","value":"0.4"},{"expression":"3 个月均值的平均，共 6 个读数、6 天","label":"2023 平海界（虚构） 总磷","value":"0.25"},{"expression":"没有读数","label":"2022 平海界（虚构） 高锰酸盐指数","value":"无值：no_readings"}]},{"earned":"0","message_en":null,"message_zh":null,"points":"15","reason":null,"ref":"completeness","source":"实有读数占应有读数的比例；一半以下 0 分，95% 以上满分，其间按比例","statistics":[],"title":"数据完整率","unverified":["clauses.completeness.points"],"value":"0.0028","working":[{"expression":"6 ÷ 2190","label":"2023 山平界（虚构） pH 数据完整率","value":"1/365"},{"expression":"6 ÷ 2190","label":"2023 山平界（虚构） 溶解氧 数据完整率","value":"1/365"},{"expression":"6 ÷ 2190","label":"2023 山平界（虚构） 高锰酸盐指数 数据完整率","value":"1/365"},{"expression":"8 ÷ 2190","label":"2023 山平界（虚构） 氨氮 数据完整率","value":"4/1095"},{"expression":"6 ÷ 2190","label":"2023 山平界（虚构） 总磷 数据完整率","value":"1/365"},{"expression":"6 ÷ 2190","label":"2023 平海界（虚构） pH 数据完整率","value":"1/365"},{"expression":"6 ÷ 2190","label":"2023 平海界（虚构） 溶解氧 数据完整率","value":"1/365"},{"expression":"6 ÷ 2190","label":"2023 平海界（虚构） 高锰酸盐指数 数据完整率","value":"1/365"},{"expression":"6 ÷ 2190","label":"2023 平海界（虚构） 氨氮 数据完整率","value":"1/365"},{"expression":"6 ÷ 2190","label":"2023 平海界（虚构） 总磷 数据完整率","value":"1/365"},{"expression":"1/365、1/365、1/365、4/1095、1/365、1/365、1/365、1/365、1/365、1/365（另有 5 个不计）","label":"平均","value":"31/10950"},{"expression":"31/10950（≈0.002831） < 0.5：0","label":"第 1 段","value":"0"}]},{"earned":null,"message_en":"no usable readings","message_zh":"没有可用的监测数据","points":"15","reason":"no_readings","ref":"trend","source":"季节性 Kendall 检验显著（0.05）时取 Sen 斜率，以中位数的百分数每年计，不显著记 0；持平 10 分，每年降 1% 加 1 分，每年升 1% 扣 1 分","statistics":[],"title":"多年趋势","unverified":["clauses.trend.points","clauses.trend.measure.significance"],"value":null,"working":[]}],"digest":"80dcae82d39e34e4c9b741a46086234ace8d200d8b1d57f27d606fe9c359fd88","earned":"10","expression":"10 ÷ 45 × 100","grade":"差","id":"watershed-performance-demo-qingxi-2023-80dcae82d39e","period":"2023","rules":[{"path":"data.min_readings_a_day","source":"衡界样例","value":"1","verified":false},{"path":"data.min_days_a_month","source":"衡界样例","value":"1","verified":false},{"path":"data.statuses","source":"衡界样例","value":"正常","verified":false},{"path":"data.compare","source":"衡界样例","value":"rounded","verified":false},{"path":"data.non_detect","source":"衡界样例","value":"half","verified":false},{"path":"data.missing_month","source":"衡界样例","value":"exclude","verified":false}],"score":"22.22","scorecard":"watershed-performance","scorecard_sha256":"8aeac3ba90d5cc78e55c8737f597fc4eb93be238cdff7d04f9e64fe5d1db19e0","source":"衡界自拟样例；优良中差以 90、80、60 分为界","statistics":[{"days":2,"indicator":"ph","left_out":{},"mean":"7.5","period":"2023-01","readings":2,"reason":null,"reported":"8","section":"qingxi-2"},{"days":2,"indicator":"do","left_out":{},"mean":"8","period":"2023-01","readings":2,"reason":null,"reported":"8","section":"qingxi-2"},{"days":2,"indicator":"codmn","left_out":{},"mean":"3.5","period":"2023-01","readings":2,"reason":null,"reported":"3.5","section":"qingxi-2"},{"days":2,"indicator":"nh3n","left_out":{},"mean":"0.4","period":"2023-01","readings":2,"reason":null,"reported":"0.4","section":"qingxi-2"},{"days":2,"indicator":"tp","left_out":{},"mean":"0.15","period":"2023-01","readings":2,"reason":null,"reported":"0.15","section":"qingxi-2"},{"days":2,"indicator":"ph","left_out":{},"mean":"7.5","period":"2023-02","readings":2,"reason":null,"reported":"8","section":"qingxi-2"},{"days":2,"indicator":"do","left_out":{},"mean":"8","period":"2023-02","readings":2,"reason":null,"reported":"8","section":"qingxi-2"},{"days":2,"indicator":"codmn","left_out":{"implausible":1},"mean":"3.5","period":"2023-02","readings":2,"reason":null,"reported":"3.5","section":"qingxi-2"},{"days":3,"indicator":"nh3n","left_out":{"unreadable_number":1,"维护":1},"mean":"0.286666666667","period":"2023-02","readings":3,"reason":null,"reported":"0.29","section":"qingxi-2"},{"days":2,"indicator":"tp","left_out":{},"mean":"0.25","period":"2023-02","readings":2,"reason":null,"reported":"0.25","section":"qingxi-2"},{"days":2,"indicator":"ph","left_out":{},"mean":"7.5","period":"2023-03","readings":2,"reason":null,"reported":"8","section":"qingxi-2"},{"days":2,"indicator":"do","left_out":{},"mean":"8","period":"2023-03","readings":2,"reason":null,"reported":"8","section":"qingxi-2"},{"days":2,"indicator":"codmn","left_out":{},"mean":"3.5","period":"2023-03","readings":2,"reason":null,"reported":"3.5","section":"qingxi-2"},{"days":2,"indicator":"nh3n","left_out":{},"mean":"0.4","period":"2023-03","readings":2,"reason":null,"reported":"0.4","section":"qingxi-2"},{"days":2,"indicator":"tp","left_out":{},"mean":"0.35","period":"2023-03","readings":2,"reason":null,"reported":"0.35","section":"qingxi-2"},{"days":0,"indicator":"ph","left_out":{},"mean":null,"period":"2023-04","readings":0,"reason":"no_readings","reported":null,"section":"qingxi-2"},{"days":0,"indicator":"do","left_out":{},"mean":null,"period":"2023-04","readings":0,"reason":"no_readings","reported":null,"section":"qingxi-2"},{"days":0,"indicator":"codmn","left_out":{},"mean":null,"period":"2023-04","readings":0,"reason":"no_readings","reported":null,"section":"qingxi-2"},{"days":0,"indicator":"nh3n","left_out":{},"mean":null,"period":"2023-04","readings":0,"reason":"no_readings","reported":null,"section":"qingxi-2"},{"days":0,"indicator":"tp","left_out":{},"mean":null,"period":"2023-04","readings":0,"reason":"no_readings","reported":null,"section":"qingxi-2"},{"days":0,"indicator":"ph","left_out":{},"mean":null,"period":"2023-05","readings":0,"reason":"no_readings","reported":null,"section":"qingxi-2"},{"days":0,"indicator":"do","left_out":{},"mean":null,"period":"2023-05","readings":0,"reason":"no_readings","reported":null,"section":"qingxi-2"},{"days":0,"indicator":"codmn","left_out":{},"mean":null,"period":"2023-05","readings":0,"reason":"no_readings","reported":null,"section":"qingxi-2"},{"days":0,"indicator":"nh3n","left_out":{},"mean":null,"period":"2023-05","readings":0,"reason":"no_readings","reported":null,"section":"qingxi-2"},{"days":0,"indicator":"tp","left_out":{},"mean":null,"period":"2023-05","readings":0,"reason":"no_readings","reported":null,"section":"qingxi-2"},{"days":0,"indicator":"ph","left_out":{},"mean":null,"period":"2023-06","readings":0,"reason":"no_readings","reported":null,"section":"qingxi-2"},{"days":0,"indicator":"do","left_out":{},"mean":null,"period":"2023-06","readings":0,"reason":"no_readings","reported":null,"section":"qingxi-2"},{"days":0,"indicator":"codmn","left_out":{},"mean":null,"period":"2023-06","readings":0,"reason":"no_readings","reported":null,"section":"qingxi-2"},{"days":0,"indicator":"nh3n","left_out":{},"mean":null,"period":"2023-06","readings":0,"reason":"no_readings","reported":null,"section":"qingxi-2"},{"days":0,"indicator":"tp","left_out":{},"mean":null,"period":"2023-06","readings":0,"reason":"no_readings","reported":null,"section":"qingxi-2"},{"days":0,"indicator":"ph","left_out":{},"mean":null,"period":"2023-07","readings":0,"reason":"no_readings","reported":null,"section":"qingxi-2"},{"days":0,"indicator":"do","left_out":{},"mean":null,"period":"2023-07","readings":0,"reason":"no_readings","reported":null,"section":"qingxi-2"},{"days":0,"indicator":"codmn","left_out":{},"mean":null,"period":"2023-07","readings":0,"reason":"no_readings","reported":null,"section":"qingxi-2"},{"days":0,"indicator":"nh3n","left_out":{},"mean":null,"period":"2023-07","readings":0,"reason":"no_readings","reported":null,"section":"qingxi-2"},{"days":0,"indicator":"tp","left_out":{},"mean":null,"period":"2023-07","readings":0,"reason":"no_readings","reported":null,"section":"qingxi-2"},{"days":0,"indicator":"ph","left_out":{},"mean":null,"period":"2023-08","readings":0,"reason":"no_readings","reported":null,"section":"qingxi-2"},{"days":0,"indicator":"do","left_out":{},"mean":null,"period":"2023-08","readings":0,"reason":"no_readings","reported":null,"section":"qingxi-2"},{"days":0,"indicator":"codmn","left_out":{},"mean":null,"period":"2023-08","readings":0,"reason":"no_readings","reported":null,"section":"qingxi-2"},{"days":0,"indicator":"nh3n","left_out":{},"mean":null,"period":"2023-08","readings":0,"reason":"no_readings","reported":null,"section":"qingxi-2"},{"days":0,"indicator":"tp","left_out":{},"mean":null,"period":"2023-08","readings":0,"reason":"no_readings","reported":null,"section":"qingxi-2"},{"days":0,"indicator":"ph","left_out":{},"mean":null,"period":"2023-09","readings":0,"reason":"no_readings","reported":null,"section":"qingxi-2"},{"days":0,"indicator":"do","left_out":{},"mean":null,"period":"2023-09","readings":0,"reason":"no_readings","reported":null,"section":"qingxi-2"},{"days":0,"indicator":"codmn","left_out":{},"mean":null,"period":"2023-09","readings":0,"reason":"no_readings","reported":null,"section":"qingxi-2"},{"days":0,"indicator":"nh3n","left_out":{},"mean":null,"period":"2023-09","readings":0,"reason":"no_readings","reported":null,"section":"qingxi-2"},{"days":0,"indicator":"tp","left_out":{},"mean":null,"period":"2023-09","readings":0,"reason":"no_readings","reported":null,"section":"qingxi-2"},{"days":0,"indicator":"ph","left_out":{},"mean":null,"period":"2023-10","readings":0,"reason":"no_readings","reported":null,"section":"qingxi-2"},{"days":0,"indicator":"do","left_out":{},"mean":null,"period":"2023-10","readings":0,"reason":"no_readings","reported":null,"section":"qingxi-2"},{"days":0,"indicator":"codmn","left_out":{},"mean":null,"period":"2023-10","readings":0,"reason":"no_readings","reported":null,"section":"qingxi-2"},{"days":0,"indicator":"nh3n","left_out":{},"mean":null,"period":"2023-10","readings":0,"reason":"no_readings","reported":null,"section":"qingxi-2"},{"days":0,"indicator":"tp","left_out":{},"mean":null,"period":"2023-10","readings":0,"reason":"no_readings","reported":null,"section":"qingxi-2"},{"days":0,"indicator":"ph","left_out":{},"mean":null,"period":"2023-11","readings":0,"reason":"no_readings","reported":null,"section":"qingxi-2"},{"days":0,"indicator":"do","left_out":{},"mean":null,"period":"2023-11","readings":0,"reason":"no_readings","reported":null,"section":"qingxi-2"},{"days":0,"indicator":"codmn","left_out":{},"mean":null,"period":"2023-11","readings":0,"reason":"no_readings","reported":null,"section":"qingxi-2"},{"days":0,"indicator":"nh3n","left_out":{},"mean":null,"period":"2023-11","readings":0,"reason":"no_readings","reported":null,"section":"qingxi-2"},{"days":0,"indicator":"tp","left_out":{},"mean":null,"period":"2023-11","readings":0,"reason":"no_readings","reported":null,"section":"qingxi-2"},{"days":0,"indicator":"ph","left_out":{},"mean":null,"period":"2023-12","readings":0,"reason":"no_readings","reported":null,"section":"qingxi-2"},{"days":0,"indicator":"do","left_out":{},"mean":null,"period":"2023-12","readings":0,"reason":"no_readings","reported":null,"section":"qingxi-2"},{"days":0,"indicator":"codmn","left_out":{},"mean":null,"period":"2023-12","readings":0,"reason":"no_readings","reported":null,"section":"qingxi-2"},{"days":0,"indicator":"nh3n","left_out":{},"mean":null,"period":"2023-12","readings":0,"reason":"no_readings","reported":null,"section":"qingxi-2"},{"days":0,"indicator":"tp","left_out":{},"mean":null,"period":"2023-12","readings":0,"reason":"no_readings","reported":null,"section":"qingxi-2"},{"days":2,"indicator":"ph","left_out":{},"mean":"7.5","period":"2023-01","readings":2,"reason":null,"reported":"8","section":"qingxi-3"},{"days":2,"indicator":"do","left_out":{},"mean":"8","period":"2023-01","readings":2,"reason":null,"reported":"8","section":"qingxi-3"},{"days":2,"indicator":"codmn","left_out":{},"mean":"3.5","period":"2023-01","readings":2,"reason":null,"reported":"3.5","section":"qingxi-3"},{"days":2,"indicator":"nh3n","left_out":{},"mean":"0.4","period":"2023-01","readings":2,"reason":null,"reported":"0.4","section":"qingxi-3"},{"days":2,"indicator":"tp","left_out":{},"mean":"0.15","period":"2023-01","readings":2,"reason":null,"reported":"0.15","section":"qingxi-3"},{"days":2,"indicator":"ph","left_out":{},"mean":"7.5","period":"2023-02","readings":2,"reason":null,"reported":"8","section":"qingxi-3"},{"days":2,"indicator":"do","left_out":{},"mean":"8","period":"2023-02","readings":2,"reason":null,"reported":"8","section":"qingxi-3"},{"days":2,"indicator":"codmn","left_out":{},"mean":"3.5","period":"2023-02","readings":2,"reason":null,"reported":"3.5","section":"qingxi-3"},{"days":2,"indicator":"nh3n","left_out":{},"mean":"0.4","period":"2023-02","readings":2,"reason":null,"reported":"0.4","section":"qingxi-3"},{"days":2,"indicator":"tp","left_out":{},"mean":"0.25","period":"2023-02","readings":2,"reason":null,"reported":"0.25","section":"qingxi-3"},{"days":2,"indicator":"ph","left_out":{},"mean":"7.5","period":"2023-03","readings":2,"reason":null,"reported":"8","section":"qingxi-3"},{"days":2,"indicator":"do","left_out":{},"mean":"8","period":"2023-03","readings":2,"reason":null,"reported":"8","section":"qingxi-3"},{"days":2,"indicator":"codmn","left_out":{},"mean":"3.5","period":"2023-03","readings":2,"reason":null,"reported":"3.5","section":"qingxi-3"},{"days":2,"indicator":"nh3n","left_out":{},"mean":"0.4","period":"2023-03","readings":2,"reason":null,"reported":"0.4","section":"qingxi-3"},{"days":2,"indicator":"tp","left_out":{},"mean":"0.35","period":"2023-03","readings":2,"reason":null,"reported":"0.35","section":"qingxi-3"},{"days":0,"indicator":"ph","left_out":{},"mean":null,"period":"2023-04","readings":0,"reason":"no_readings","reported":null,"section":"qingxi-3"},{"days":0,"indicator":"do","left_out":{},"mean":null,"period":"2023-04","readings":0,"reason":"no_readings","reported":null,"section":"qingxi-3"},{"days":0,"indicator":"codmn","left_out":{},"mean":null,"period":"2023-04","readings":0,"reason":"no_readings","reported":null,"section":"qingxi-3"},{"days":0,"indicator":"nh3n","left_out":{},"mean":null,"period":"2023-04","readings":0,"reason":"no_readings","reported":null,"section":"qingxi-3"},{"days":0,"indicator":"tp","left_out":{},"mean":null,"period":"2023-04","readings":0,"reason":"no_readings","reported":null,"section":"qingxi-3"},{"days":0,"indicator":"ph","left_out":{},"mean":null,"period":"2023-05","readings":0,"reason":"no_readings","reported":null,"section":"qingxi-3"},{"days":0,"indicator":"do","left_out":{},"mean":null,"period":"2023-05","readings":0,"reason":"no_readings","reported":null,"section":"qingxi-3"},{"days":0,"indicator":"codmn","left_out":{},"mean":null,"period":"2023-05","readings":0,"reason":"no_readings","reported":null,"section":"qingxi-3"},{"days":0,"indicator":"nh3n","left_out":{},"mean":null,"period":"2023-05","readings":0,"reason":"no_readings","reported":null,"section":"qingxi-3"},{"days":0,"indicator":"tp","left_out":{},"mean":null,"period":"2023-05","readings":0,"reason":"no_readings","reported":null,"section":"qingxi-3"},{"days":0,"indicator":"ph","left_out":{},"mean":null,"period":"2023-06","readings":0,"reason":"no_readings","reported":null,"section":"qingxi-3"},{"days":0,"indicator":"do","left_out":{},"mean":null,"period":"2023-06","readings":0,"reason":"no_readings","reported":null,"section":"qingxi-3"},{"days":0,"indicator":"codmn","left_out":{},"mean":null,"period":"2023-06","readings":0,"reason":"no_readings","reported":null,"section":"qingxi-3"},{"days":0,"indicator":"nh3n","left_out":{},"mean":null,"period":"2023-06","readings":0,"reason":"no_readings","reported":null,"section":"qingxi-3"},{"days":0,"indicator":"tp","left_out":{},"mean":null,"period":"2023-06","readings":0,"reason":"no_readings","reported":null,"section":"qingxi-3"},{"days":0,"indicator":"ph","left_out":{},"mean":null,"period":"2023-07","readings":0,"reason":"no_readings","reported":null,"section":"qingxi-3"},{"days":0,"indicator":"do","left_out":{},"mean":null,"period":"2023-07","readings":0,"reason":"no_readings","reported":null,"section":"qingxi-3"},{"days":0,"indicator":"codmn","left_out":{},"mean":null,"period":"2023-07","readings":0,"reason":"no_readings","reported":null,"section":"qingxi-3"},{"days":0,"indicator":"nh3n","left_out":{},"mean":null,"period":"2023-07","readings":0,"reason":"no_readings","reported":null,"section":"qingxi-3"},{"days":0,"indicator":"tp","left_out":{},"mean":null,"period":"2023-07","readings":0,"reason":"no_readings","reported":null,"section":"qingxi-3"},{"days":0,"indicator":"ph","left_out":{},"mean":null,"period":"2023-08","readings":0,"reason":"no_readings","reported":null,"section":"qingxi-3"},{"days":0,"indicator":"do","left_out":{},"mean":null,"period":"2023-08","readings":0,"reason":"no_readings","reported":null,"section":"qingxi-3"},{"days":0,"indicator":"codmn","left_out":{},"mean":null,"period":"2023-08","readings":0,"reason":"no_readings","reported":null,"section":"qingxi-3"},{"days":0,"indicator":"nh3n","left_out":{},"mean":null,"period":"2023-08","readings":0,"reason":"no_readings","reported":null,"section":"qingxi-3"},{"days":0,"indicator":"tp","left_out":{},"mean":null,"period":"2023-08","readings":0,"reason":"no_readings","reported":null,"section":"qingxi-3"},{"days":0,"indicator":"ph","left_out":{},"mean":null,"period":"2023-09","readings":0,"reason":"no_readings","reported":null,"section":"qingxi-3"},{"days":0,"indicator":"do","left_out":{},"mean":null,"period":"2023-09","readings":0,"reason":"no_readings","reported":null,"section":"qingxi-3"},{"days":0,"indicator":"codmn","left_out":{},"mean":null,"period":"2023-09","readings":0,"reason":"no_readings","reported":null,"section":"qingxi-3"},{"days":0,"indicator":"nh3n","left_out":{},"mean":null,"period":"2023-09","readings":0,"reason":"no_readings","reported":null,"section":"qingxi-3"},{"days":0,"indicator":"tp","left_out":{},"mean":null,"period":"2023-09","readings":0,"reason":"no_readings","reported":null,"section":"qingxi-3"},{"days":0,"indicator":"ph","left_out":{},"mean":null,"period":"2023-10","readings":0,"reason":"no_readings","reported":null,"section":"qingxi-3"},{"days":0,"indicator":"do","left_out":{},"mean":null,"period":"2023-10","readings":0,"reason":"no_readings","reported":null,"section":"qingxi-3"},{"days":0,"indicator":"codmn","left_out":{},"mean":null,"period":"2023-10","readings":0,"reason":"no_readings","reported":null,"section":"qingxi-3"},{"days":0,"indicator":"nh3n","left_out":{},"mean":null,"period":"2023-10","readings":0,"reason":"no_readings","reported":null,"section":"qingxi-3"},{"days":0,"indicator":"tp","left_out":{},"mean":null,"period":"2023-10","readings":0,"reason":"no_readings","reported":null,"section":"qingxi-3"},{"days":0,"indicator":"ph","left_out":{},"mean":null,"period":"2023-11","readings":0,"reason":"no_readings","reported":null,"section":"qingxi-3"},{"days":0,"indicator":"do","left_out":{},"mean":null,"period":"2023-11","readings":0,"reason":"no_readings","reported":null,"section":"qingxi-3"},{"days":0,"indicator":"codmn","left_out":{},"mean":null,"period":"2023-11","readings":0,"reason":"no_readings","reported":null,"section":"qingxi-3"},{"days":0,"indicator":"nh3n","left_out":{},"mean":null,"period":"2023-11","readings":0,"reason":"no_readings","reported":null,"section":"qingxi-3"},{"days":0,"indicator":"tp","left_out":{},"mean":null,"period":"2023-11","readings":0,"reason":"no_readings","reported":null,"section":"qingxi-3"},{"days":0,"indicator":"ph","left_out":{},"mean":null,"period":"2023-12","readings":0,"reason":"no_readings","reported":null,"section":"qingxi-3"},{"days":0,"indicator":"do","left_out":{},"mean":null,"period":"2023-12","readings":0,"reason":"no_readings","reported":null,"section":"qingxi-3"},{"days":0,"indicator":"codmn","left_out":{},"mean":null,"period":"2023-12","readings":0,"reason":"no_readings","reported":null,"section":"qingxi-3"},{"days":0,"indicator":"nh3n","left_out":{},"mean":null,"period":"2023-12","readings":0,"reason":"no_readings","reported":null,"section":"qingxi-3"},{"days":0,"indicator":"tp","left_out":{},"mean":null,"period":"2023-12","readings":0,"reason":"no_readings","reported":null,"section":"qingxi-3"},{"days":6,"indicator":"ph","left_out":{},"mean":"7.5","period":"2023","readings":6,"reason":null,"reported":"8","section":"qingxi-2"},{"days":6,"indicator":"do","left_out":{},"mean":"8","period":"2023","readings":6,"reason":null,"reported":"8","section":"qingxi-2"},{"days":6,"indicator":"codmn","left_out":{"implausible":1},"mean":"3.5","period":"2023","readings":6,"reason":null,"reported":"3.5","section":"qingxi-2"},{"days":7,"indicator":"nh3n","left_out":{"unreadable_number":1,"维护":1},"mean":"0.362222222222","period":"2023","readings":7,"reason":null,"reported":"0.36","section":"qingxi-2"},{"days":6,"indicator":"tp","left_out":{},"mean":"0.25","period":"2023","readings":6,"reason":null,"reported":"0.25","section":"qingxi-2"},{"days":6,"indicator":"ph","left_out":{},"mean":"7.5","period":"2023","readings":6,"reason":null,"reported":"8","section":"qingxi-3"},{"days":6,"indicator":"do","left_out":{},"mean":"8","period":"2023","readings":6,"reason":null,"reported":"8","section":"qingxi-3"},{"days":6,"indicator":"codmn","left_out":{},"mean":"3.5","period":"2023","readings":6,"reason":null,"reported":"3.5","section":"qingxi-3"},{"days":6,"indicator":"nh3n","left_out":{},"mean":"0.4","period":"2023","readings":6,"reason":null,"reported":"0.4","section":"qingxi-3"},{"days":6,"indicator":"tp","left_out":{},"mean":"0.25","period":"2023","readings":6,"reason":null,"reported":"0.25","section":"qingxi-3"},{"days":0,"indicator":"codmn","left_out":{},"mean":null,"period":"2023-01","readings":0,"reason":"no_readings","reported":null,"section":"qingxi-1"},{"days":0,"indicator":"codmn","left_out":{},"mean":null,"period":"2023-02","readings":0,"reason":"no_readings","reported":null,"section":"qingxi-1"},{"days":0,"indicator":"codmn","left_out":{},"mean":null,"period":"2023-03","readings":0,"reason":"no_readings","reported":null,"section":"qingxi-1"},{"days":0,"indicator":"codmn","left_out":{},"mean":null,"period":"2023-04","readings":0,"reason":"no_readings","reported":null,"section":"qingxi-1"},{"days":0,"indicator":"codmn","left_out":{},"mean":null,"period":"2023-05","readings":0,"reason":"no_readings","reported":null,"section":"qingxi-1"},{"days":0,"indicator":"codmn","left_out":{},"mean":null,"period":"2023-06","readings":0,"reason":"no_readings","reported":null,"section":"qingxi-1"},{"days":0,"indicator":"codmn","left_out":{},"mean":null,"period":"2023-07","readings":0,"reason":"no_readings","reported":null,"section":"qingxi-1"},{"days":0,"indicator":"codmn","left_out":{},"mean":null,"period":"2023-08","readings":0,"reason":"no_readings","reported":null,"section":"qingxi-1"},{"days":0,"indicator":"codmn","left_out":{},"mean":null,"period":"2023-09","readings":0,"reason":"no_readings","reported":null,"section":"qingxi-1"},{"days":0,"indicator":"codmn","left_out":{},"mean":null,"period":"2023-10","readings":0,"reason":"no_readings","reported":null,"section":"qingxi-1"},{"days":0,"indicator":"codmn","left_out":{},"mean":null,"period":"2023-11","readings":0,"reason":"no_readings","reported":null,"section":"qingxi-1"},{"days":0,"indicator":"codmn","left_out":{},"mean":null,"period":"2023-12","readings":0,"reason":"no_readings","reported":null,"section":"qingxi-1"},{"days":0,"indicator":"nh3n","left_out":{},"mean":null,"period":"2023-01","readings":0,"reason":"no_readings","reported":null,"section":"qingxi-1"},{"days":0,"indicator":"nh3n","left_out":{},"mean":null,"period":"2023-02","readings":0,"reason":"no_readings","reported":null,"section":"qingxi-1"},{"days":0,"indicator":"nh3n","left_out":{},"mean":null,"period":"2023-03","readings":0,"reason":"no_readings","reported":null,"section":"qingxi-1"},{"days":0,"indicator":"nh3n","left_out":{},"mean":null,"period":"2023-04","readings":0,"reason":"no_readings","reported":null,"section":"qingxi-1"},{"days":0,"indicator":"nh3n","left_out":{},"mean":null,"period":"2023-05","readings":0,"reason":"no_readings","reported":null,"section":"qingxi-1"},{"days":0,"indicator":"nh3n","left_out":{},"mean":null,"period":"2023-06","readings":0,"reason":"no_readings","reported":null,"section":"qingxi-1"},{"days":0,"indicator":"nh3n","left_out":{},"mean":null,"period":"2023-07","readings":0,"reason":"no_readings","reported":null,"section":"qingxi-1"},{"days":0,"indicator":"nh3n","left_out":{},"mean":null,"period":"2023-08","readings":0,"reason":"no_readings","reported":null,"section":"qingxi-1"},{"days":0,"indicator":"nh3n","left_out":{},"mean":null,"period":"2023-09","readings":0,"reason":"no_readings","reported":null,"section":"qingxi-1"},{"days":0,"indicator":"nh3n","left_out":{},"mean":null,"period":"2023-10","readings":0,"reason":"no_readings","reported":null,"section":"qingxi-1"},{"days":0,"indicator":"nh3n","left_out":{},"mean":null,"period":"2023-11","readings":0,"reason":"no_readings","reported":null,"section":"qingxi-1"},{"days":0,"indicator":"nh3n","left_out":{},"mean":null,"period":"2023-12","readings":0,"reason":"no_readings","reported":null,"section":"qingxi-1"},{"days":0,"indicator":"tp","left_out":{},"mean":null,"period":"2023-01","readings":0,"reason":"no_readings","reported":null,"section":"qingxi-1"},{"days":0,"indicator":"tp","left_out":{},"mean":null,"period":"2023-02","readings":0,"reason":"no_readings","reported":null,"section":"qingxi-1"},{"days":0,"indicator":"tp","left_out":{},"mean":null,"period":"2023-03","readings":0,"reason":"no_readings","reported":null,"section":"qingxi-1"},{"days":0,"indicator":"tp","left_out":{},"mean":null,"period":"2023-04","readings":0,"reason":"no_readings","reported":null,"section":"qingxi-1"},{"days":0,"indicator":"tp","left_out":{},"mean":null,"period":"2023-05","readings":0,"reason":"no_readings","reported":null,"section":"qingxi-1"},{"days":0,"indicator":"tp","left_out":{},"mean":null,"period":"2023-06","readings":0,"reason":"no_readings","reported":null,"section":"qingxi-1"},{"days":0,"indicator":"tp","left_out":{},"mean":null,"period":"2023-07","readings":0,"reason":"no_readings","reported":null,"section":"qingxi-1"},{"days":0,"indicator":"tp","left_out":{},"mean":null,"period":"2023-08","readings":0,"reason":"no_readings","reported":null,"section":"qingxi-1"},{"days":0,"indicator":"tp","left_out":{},"mean":null,"period":"2023-09","readings":0,"reason":"no_readings","reported":null,"section":"qingxi-1"},{"days":0,"indicator":"tp","left_out":{},"mean":null,"period":"2023-10","readings":0,"reason":"no_readings","reported":null,"section":"qingxi-1"},{"days":0,"indicator":"tp","left_out":{},"mean":null,"period":"2023-11","readings":0,"reason":"no_readings","reported":null,"section":"qingxi-1"},{"days":0,"indicator":"tp","left_out":{},"mean":null,"period":"2023-12","readings":0,"reason":"no_readings","reported":null,"section":"qingxi-1"},{"days":0,"indicator":"codmn","left_out":{},"mean":null,"period":"2022-01","readings":0,"reason":"no_readings","reported":null,"section":"qingxi-2"},{"days":0,"indicator":"codmn","left_out":{},"mean":null,"period":"2022-02","readings":0,"reason":"no_readings","reported":null,"section":"qingxi-2"},{"days":0,"indicator":"codmn","left_out":{},"mean":null,"period":"2022-03","readings":0,"reason":"no_readings","reported":null,"section":"qingxi-2"},{"days":0,"indicator":"codmn","left_out":{},"mean":null,"period":"2022-04","readings":0,"reason":"no_readings","reported":null,"section":"qingxi-2"},{"days":0,"indicator":"codmn","left_out":{},"mean":null,"period":"2022-05","readings":0,"reason":"no_readings","reported":null,"section":"qingxi-2"},{"days":0,"indicator":"codmn","left_out":{},"mean":null,"period":"2022-06","readings":0,"reason":"no_readings","reported":null,"section":"qingxi-2"},{"days":0,"indicator":"codmn","left_out":{},"mean":null,"period":"2022-07","readings":0,"reason":"no_readings","reported":null,"section":"qingxi-2"},{"days":0,"indicator":"codmn","left_out":{},"mean":null,"period":"2022-08","readings":0,"reason":"no_readings","reported":null,"section":"qingxi-2"},{"days":0,"indicator":"codmn","left_out":{},"mean":null,"period":"2022-09","readings":0,"reason":"no_readings","reported":null,"section":"qingxi-2"},{"days":0,"indicator":"codmn","left_out":{},"mean":null,"period":"2022-10","readings":0,"reason":"no_readings","reported":null,"section":"qingxi-2"},{"days":0,"indicator":"codmn","left_out":{},"mean":null,"period":"2022-11","readings":0,"reason":"no_readings","reported":null,"section":"qingxi-2"},{"days":0,"indicator":"codmn","left_out":{},"mean":null,"period":"2022-12","readings":0,"reason":"no_readings","reported":null,"section":"qingxi-2"},{"days":0,"indicator":"codmn","left_out":{},"mean":null,"period":"2022-01","readings":0,"reason":"no_readings","reported":null,"section":"qingxi-3"},{"days":0,"indicator":"codmn","left_out":{},"mean":null,"period":"2022-02","readings":0,"reason":"no_readings","reported":null,"section":"qingxi-3"},{"days":0,"indicator":"codmn","left_out":{},"mean":null,"period":"2022-03","readings":0,"reason":"no_readings","reported":null,"section":"qingxi-3"},{"days":0,"indicator":"codmn","left_out":{},"mean":null,"period":"2022-04","readings":0,"reason":"no_readings","reported":null,"section":"qingxi-3"},{"days":0,"indicator":"codmn","left_out":{},"mean":null,"period":"2022-05","readings":0,"reason":"no_readings","reported":null,"section":"qingxi-3"},{"days":0,"indicator":"codmn","left_out":{},"mean":null,"period":"2022-06","readings":0,"reason":"no_readings","reported":null,"section":"qingxi-3"},{"days":0,"indicator":"codmn","left_out":{},"mean":null,"period":"2022-07","readings":0,"reason":"no_readings","reported":null,"section":"qingxi-3"},{"days":0,"indicator":"codmn","left_out":{},"mean":null,"period":"2022-08","readings":0,"reason":"no_readings","reported":null,"section":"qingxi-3"},{"days":0,"indicator":"codmn","left_out":{},"mean":null,"period":"2022-09","readings":0,"reason":"no_readings","reported":null,"section":"qingxi-3"},{"days":0,"indicator":"codmn","left_out":{},"mean":null,"period":"2022-10","readings":0,"reason":"no_readings","reported":null,"section":"qingxi-3"},{"days":0,"indicator":"codmn","left_out":{},"mean":null,"period":"2022-11","readings":0,"reason":"no_readings","reported":null,"section":"qingxi-3"},{"days":0,"indicator":"codmn","left_out":{},"mean":null,"period":"2022-12","readings":0,"reason":"no_readings","reported":null,"section":"qingxi-3"}],"title":"流域水环境绩效评价表（样例）","verified":false}', '2023-04-10 03:37:00.038254+00:00'::timestamptz);

INSERT INTO facts ("id", "subject", "period", "kind", "value", "document", "recorded_by", "recorded_at", "approved_by") VALUES
(1, 'qingxi-2', '2023-02', 'dry', '1', '水文公报第3号', '某甲', '2023-04-10 00:49:00.008638+00:00'::timestamptz, '某乙');

INSERT INTO filled_slots ("month", "station", "indicator", "accepted", "due", "counted_at") VALUES
('2023-03', 'demo-qx2', 'codmn', 2, 186, '2023-04-10 02:06:00.022212+00:00'::timestamptz),
('2023-03', 'demo-qx2', 'do', 2, 186, '2023-04-10 02:06:00.022212+00:00'::timestamptz),
('2023-03', 'demo-qx2', 'nh3n', 2, 186, '2023-04-10 02:06:00.022212+00:00'::timestamptz),
('2023-03', 'demo-qx2', 'ph', 2, 186, '2023-04-10 02:06:00.022212+00:00'::timestamptz),
('2023-03', 'demo-qx2', 'tp', 2, 186, '2023-04-10 02:06:00.022212+00:00'::timestamptz),
('2023-03', 'demo-qx3', 'codmn', 2, 186, '2023-04-10 02:06:00.022212+00:00'::timestamptz),
('2023-03', 'demo-qx3', 'do', 2, 186, '2023-04-10 02:06:00.022212+00:00'::timestamptz),
('2023-03', 'demo-qx3', 'nh3n', 2, 186, '2023-04-10 02:06:00.022212+00:00'::timestamptz),
('2023-03', 'demo-qx3', 'ph', 2, 186, '2023-04-10 02:06:00.022212+00:00'::timestamptz),
('2023-03', 'demo-qx3', 'tp', 2, 186, '2023-04-10 02:06:00.022212+00:00'::timestamptz),
('2023-04', 'demo-qx2', 'codmn', 0, 56, '2023-04-10 02:06:00.022212+00:00'::timestamptz),
('2023-04', 'demo-qx2', 'do', 0, 56, '2023-04-10 02:06:00.022212+00:00'::timestamptz),
('2023-04', 'demo-qx2', 'nh3n', 0, 56, '2023-04-10 02:06:00.022212+00:00'::timestamptz),
('2023-04', 'demo-qx2', 'ph', 0, 56, '2023-04-10 02:06:00.022212+00:00'::timestamptz),
('2023-04', 'demo-qx2', 'tp', 0, 56, '2023-04-10 02:06:00.022212+00:00'::timestamptz),
('2023-04', 'demo-qx3', 'codmn', 0, 56, '2023-04-10 02:06:00.022212+00:00'::timestamptz),
('2023-04', 'demo-qx3', 'do', 0, 56, '2023-04-10 02:06:00.022212+00:00'::timestamptz),
('2023-04', 'demo-qx3', 'nh3n', 0, 56, '2023-04-10 02:06:00.022212+00:00'::timestamptz),
('2023-04', 'demo-qx3', 'ph', 0, 56, '2023-04-10 02:06:00.022212+00:00'::timestamptz),
('2023-04', 'demo-qx3', 'tp', 0, 56, '2023-04-10 02:06:00.022212+00:00'::timestamptz);

INSERT INTO idempotency_keys ("key", "body_sha256", "answer", "recorded_at") VALUES
('req-1', 'cdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcd', '{"id":1}', '2023-04-10 01:24:00.014808+00:00'::timestamptz);

INSERT INTO locks ("name", "holder", "expires_at") VALUES
('req-1', 'vm:8433:238807', '2023-04-10 02:17:00.013574+00:00'::timestamptz);

INSERT INTO observations ("station", "indicator", "time", "revision", "value", "censored", "status", "mark", "reading", "recorded_at") VALUES
('demo-qx2', 'codmn', '2023-01-05 00:00:00+00:00'::timestamptz, 1, 3.5, false, '', '', 5, '2023-04-10 00:07:00.001234+00:00'::timestamptz),
('demo-qx2', 'codmn', '2023-01-06 00:00:00+00:00'::timestamptz, 1, 3.5, false, '', '', 6, '2023-04-10 00:07:00.001234+00:00'::timestamptz),
('demo-qx2', 'codmn', '2023-02-05 00:00:00+00:00'::timestamptz, 1, 3.5, false, '', '', 15, '2023-04-10 00:07:00.001234+00:00'::timestamptz),
('demo-qx2', 'codmn', '2023-02-06 00:00:00+00:00'::timestamptz, 1, 3.5, false, '', '', 16, '2023-04-10 00:07:00.001234+00:00'::timestamptz),
('demo-qx2', 'codmn', '2023-03-05 00:00:00+00:00'::timestamptz, 1, 3.5, false, '', '', 25, '2023-04-10 00:07:00.001234+00:00'::timestamptz),
('demo-qx2', 'codmn', '2023-03-06 00:00:00+00:00'::timestamptz, 1, 3.5, false, '', '', 26, '2023-04-10 00:07:00.001234+00:00'::timestamptz),
('demo-qx2', 'do', '2023-01-05 00:00:00+00:00'::timestamptz, 1, 8.0, false, '', '', 3, '2023-04-10 00:07:00.001234+00:00'::timestamptz),
('demo-qx2', 'do', '2023-01-06 00:00:00+00:00'::timestamptz, 1, 8.0, false, '', '', 4, '2023-04-10 00:07:00.001234+00:00'::timestamptz),
('demo-qx2', 'do', '2023-02-05 00:00:00+00:00'::timestamptz, 1, 8.0, false, '', '', 13, '2023-04-10 00:07:00.001234+00:00'::timestamptz),
('demo-qx2', 'do', '2023-02-06 00:00:00+00:00'::timestamptz, 1, 8.0, false, '', '', 14, '2023-04-10 00:07:00.001234+00:00'::timestamptz),
('demo-qx2', 'do', '2023-03-05 00:00:00+00:00'::timestamptz, 1, 8.0, false, '', '', 23, '2023-04-10 00:07:00.001234+00:00'::timestamptz),
('demo-qx2', 'do', '2023-03-06 00:00:00+00:00'::timestamptz, 1, 8.0, false, '', '', 24, '2023-04-10 00:07:00.001234+00:00'::timestamptz),
('demo-qx2', 'nh3n', '2023-01-05 00:00:00+00:00'::timestamptz, 1, 0.4, false, '', '', 7, '2023-04-10 00:07:00.001234+00:00'::timestamptz),
('demo-qx2', 'nh3n', '2023-01-06 00:00:00+00:00'::timestamptz, 1, 0.4, false, '', '', 8, '2023-04-10 00:07:00.001234+00:00'::timestamptz),
('demo-qx2', 'nh3n', '2023-02-05 00:00:00+00:00'::timestamptz, 1, 0.4, false, '', '', 17, '2023-04-10 00:07:00.001234+00:00'::timestamptz),
('demo-qx2', 'nh3n', '2023-02-05 00:00:00+00:00'::timestamptz, 2, 0.45, false, '', '修约', 65, '2023-04-10 00:21:00.003702+00:00'::timestamptz),
('demo-qx2', 'nh3n', '2023-02-06 00:00:00+00:00'::timestamptz, 1, 0.4, false, '', '', 18, '2023-04-10 00:07:00.001234+00:00'::timestamptz),
('demo-qx2', 'nh3n', '2023-02-18 00:00:00+00:00'::timestamptz, 1, 0.02, true, '', '', 61, '2023-04-10 00:07:00.001234+00:00'::timestamptz),
('demo-qx2', 'nh3n', '2023-02-19 00:00:00+00:00'::timestamptz, 1, 0.4, false, '维护', '', 64, '2023-04-10 00:07:00.001234+00:00'::timestamptz),
('demo-qx2', 'nh3n', '2023-03-05 00:00:00+00:00'::timestamptz, 1, 0.4, false, '', '', 27, '2023-04-10 00:07:00.001234+00:00'::timestamptz),
('demo-qx2', 'nh3n', '2023-03-06 00:00:00+00:00'::timestamptz, 1, 0.4, false, '', '', 28, '2023-04-10 00:07:00.001234+00:00'::timestamptz),
('demo-qx2', 'ph', '2023-01-05 00:00:00+00:00'::timestamptz, 1, 7.5, false, '', '', 1, '2023-04-10 00:07:00.001234+00:00'::timestamptz),
('demo-qx2', 'ph', '2023-01-06 00:00:00+00:00'::timestamptz, 1, 7.5, false, '', '', 2, '2023-04-10 00:07:00.001234+00:00'::timestamptz),
('demo-qx2', 'ph', '2023-02-05 00:00:00+00:00'::timestamptz, 1, 7.5, false, '', '', 11, '2023-04-10 00:07:00.001234+00:00'::timestamptz),
('demo-qx2', 'ph', '2023-02-06 00:00:00+00:00'::timestamptz, 1, 7.5, false, '', '', 12, '2023-04-10 00:07:00.001234+00:00'::timestamptz),
('demo-qx2', 'ph', '2023-03-05 00:00:00+00:00'::timestamptz, 1, 7.5, false, '', '', 21, '2023-04-10 00:07:00.001234+00:00'::timestamptz),
('demo-qx2', 'ph', '2023-03-06 00:00:00+00:00'::timestamptz, 1, 7.5, false, '', '', 22, '2023-04-10 00:07:00.001234+00:00'::timestamptz),
('demo-qx2', 'tp', '2023-01-05 00:00:00+00:00'::timestamptz, 1, 0.15, false, '', '', 9, '2023-04-10 00:07:00.001234+00:00'::timestamptz),
('demo-qx2', 'tp', '2023-01-06 00:00:00+00:00'::timestamptz, 1, 0.15, false, '', '', 10, '2023-04-10 00:07:00.001234+00:00'::timestamptz),
('demo-qx2', 'tp', '2023-02-05 00:00:00+00:00'::timestamptz, 1, 0.25, false, '', '', 19, '2023-04-10 00:07:00.001234+00:00'::timestamptz),
('demo-qx2', 'tp', '2023-02-06 00:00:00+00:00'::timestamptz, 1, 0.25, false, '', '', 20, '2023-04-10 00:07:00.001234+00:00'::timestamptz),
('demo-qx2', 'tp', '2023-03-05 00:00:00+00:00'::timestamptz, 1, 0.35, false, '', '', 29, '2023-04-10 00:07:00.001234+00:00'::timestamptz),
('demo-qx2', 'tp', '2023-03-06 00:00:00+00:00'::timestamptz, 1, 0.35, false, '', '', 30, '2023-04-10 00:07:00.001234+00:00'::timestamptz),
('demo-qx3', 'codmn', '2023-01-05 00:00:00+00:00'::timestamptz, 1, 3.5, false, '', '', 35, '2023-04-10 00:07:00.001234+00:00'::timestamptz),
('demo-qx3', 'codmn', '2023-01-06 00:00:00+00:00'::timestamptz, 1, 3.5, false, '', '', 36, '2023-04-10 00:07:00.001234+00:00'::timestamptz),
('demo-qx3', 'codmn', '2023-02-05 00:00:00+00:00'::timestamptz, 1, 3.5, false, '', '', 45, '2023-04-10 00:07:00.001234+00:00'::timestamptz),
('demo-qx3', 'codmn', '2023-02-06 00:00:00+00:00'::timestamptz, 1, 3.5, false, '', '', 46, '2023-04-10 00:07:00.001234+00:00'::timestamptz),
('demo-qx3', 'codmn', '2023-03-05 00:00:00+00:00'::timestamptz, 1, 3.5, false, '', '', 55, '2023-04-10 00:07:00.001234+00:00'::timestamptz),
('demo-qx3', 'codmn', '2023-03-06 00:00:00+00:00'::timestamptz, 1, 3.5, false, '', '', 56, '2023-04-10 00:07:00.001234+00:00'::timestamptz),
('demo-qx3', 'do', '2023-01-05 00:00:00+00:00'::timestamptz, 1, 8.0, false, '', '', 33, '2023-04-10 00:07:00.001234+00:00'::timestamptz),
('demo-qx3', 'do', '2023-01-06 00:00:00+00:00'::timestamptz, 1, 8.0, false, '', '', 34, '2023-04-10 00:07:00.001234+00:00'::timestamptz),
('demo-qx3', 'do', '2023-02-05 00:00:00+00:00'::timestamptz, 1, 8.0, false, '', '', 43, '2023-04-10 00:07:00.001234+00:00'::timestamptz),
('demo-qx3', 'do', '2023-02-06 00:00:00+00:00'::timestamptz, 1, 8.0, false, '', '', 44, '2023-04-10 00:07:00.001234+00:00'::timestamptz),
('demo-qx3', 'do', '2023-03-05 00:00:00+00:00'::timestamptz, 1, 8.0, false, '', '', 53, '2023-04-10 00:07:00.001234+00:00'::timestamptz),
('demo-qx3', 'do', '2023-03-06 00:00:00+00:00'::timestamptz, 1, 8.0, false, '', '', 54, '2023-04-10 00:07:00.001234+00:00'::timestamptz),
('demo-qx3', 'nh3n', '2023-01-05 00:00:00+00:00'::timestamptz, 1, 0.4, false, '', '', 37, '2023-04-10 00:07:00.001234+00:00'::timestamptz),
('demo-qx3', 'nh3n', '2023-01-06 00:00:00+00:00'::timestamptz, 1, 0.4, false, '', '', 38, '2023-04-10 00:07:00.001234+00:00'::timestamptz),
('demo-qx3', 'nh3n', '2023-02-05 00:00:00+00:00'::timestamptz, 1, 0.4, false, '', '', 47, '2023-04-10 00:07:00.001234+00:00'::timestamptz),
('demo-qx3', 'nh3n', '2023-02-06 00:00:00+00:00'::timestamptz, 1, 0.4, false, '', '', 48, '2023-04-10 00:07:00.001234+00:00'::timestamptz),
('demo-qx3', 'nh3n', '2023-03-05 00:00:00+00:00'::timestamptz, 1, 0.4, false, '', '', 57, '2023-04-10 00:07:00.001234+00:00'::timestamptz),
('demo-qx3', 'nh3n', '2023-03-06 00:00:00+00:00'::timestamptz, 1, 0.4, false, '', '', 58, '2023-04-10 00:07:00.001234+00:00'::timestamptz),
('demo-qx3', 'ph', '2023-01-05 00:00:00+00:00'::timestamptz, 1, 7.5, false, '', '', 31, '2023-04-10 00:07:00.001234+00:00'::timestamptz),
('demo-qx3', 'ph', '2023-01-06 00:00:00+00:00'::timestamptz, 1, 7.5, false, '', '', 32, '2023-04-10 00:07:00.001234+00:00'::timestamptz),
('demo-qx3', 'ph', '2023-02-05 00:00:00+00:00'::timestamptz, 1, 7.5, false, '', '', 41, '2023-04-10 00:07:00.001234+00:00'::timestamptz),
('demo-qx3', 'ph', '2023-02-06 00:00:00+00:00'::timestamptz, 1, 7.5, false, '', '', 42, '2023-04-10 00:07:00.001234+00:00'::timestamptz),
('demo-qx3', 'ph', '2023-03-05 00:00:00+00:00'::timestamptz, 1, 7.5, false, '', '', 51, '2023-04-10 00:07:00.001234+00:00'::timestamptz),
('demo-qx3', 'ph', '2023-03-06 00:00:00+00:00'::timestamptz, 1, 7.5, false, '', '', 52, '2023-04-10 00:07:00.001234+00:00'::timestamptz),
('demo-qx3', 'tp', '2023-01-05 00:00:00+00:00'::timestamptz, 1, 0.15, false, '', '', 39, '2023-04-10 00:07:00.001234+00:00'::timestamptz),
('demo-qx3', 'tp', '2023-01-06 00:00:00+00:00'::timestamptz, 1, 0.15, false, '', '', 40, '2023-04-10 00:07:00.001234+00:00'::timestamptz),
('demo-qx3', 'tp', '2023-02-05 00:00:00+00:00'::timestamptz, 1, 0.25, false, '', '', 49, '2023-04-10 00:07:00.001234+00:00'::timestamptz),
('demo-qx3', 'tp', '2023-02-06 00:00:00+00:00'::timestamptz, 1, 0.25, false, '', '', 50, '2023-04-10 00:07:00.001234+00:00'::timestamptz),
('demo-qx3', 'tp', '2023-03-05 00:00:00+00:00'::timestamptz, 1, 0.35, false, '', '', 59, '2023-04-10 00:07:00.001234+00:00'::timestamptz),
('demo-qx3', 'tp', '2023-03-06 00:00:00+00:00'::timestamptz, 1, 0.35, false, '', '', 60, '2023-04-10 00:07:00.001234+00:00'::timestamptz);

INSERT INTO quality_runs ("id", "until_reading", "recorded_at", "began_at") VALUES
(1, 65, '2023-04-10 00:42:00.007404+00:00'::timestamptz, '2023-04-10 00:35:00.006170+00:00'::timestamptz);

INSERT INTO readings ("id", "submission", "file", "row", "province", "station_text", "station", "indicator", "time", "value_text", "number", "censored", "unit", "printed", "mark", "status", "water_class", "fate", "code", "revision", "recorded_at", "reason") VALUES
(1, 1, 0, 2, '', 'demo-qx2', 'demo-qx2', 'ph', '2023-01-05 00:00:00+00:00'::timestamptz, '7.5', 7.5, false, '-', '7.5', '', '', '', 'accepted', '', 1, '2023-04-10 00:07:00.001234+00:00'::timestamptz, NULL),
(2, 1, 0, 3, '', 'demo-qx2', 'demo-qx2', 'ph', '2023-01-06 00:00:00+00:00'::timestamptz, '7.5', 7.5, false, '-', '7.5', '', '', '', 'accepted', '', 1, '2023-04-10 00:07:00.001234+00:00'::timestamptz, NULL),
(3, 1, 0, 4, '', 'demo-qx2', 'demo-qx2', 'do', '2023-01-05 00:00:00+00:00'::timestamptz, '8.0', 8.0, false, 'mg/L', '8.0', '', '', '', 'accepted', '', 1, '2023-04-10 00:07:00.001234+00:00'::timestamptz, NULL),
(4, 1, 0, 5, '', 'demo-qx2', 'demo-qx2', 'do', '2023-01-06 00:00:00+00:00'::timestamptz, '8.0', 8.0, false, 'mg/L', '8.0', '', '', '', 'accepted', '', 1, '2023-04-10 00:07:00.001234+00:00'::timestamptz, NULL),
(5, 1, 0, 6, '', 'demo-qx2', 'demo-qx2', 'codmn', '2023-01-05 00:00:00+00:00'::timestamptz, '3.5', 3.5, false, 'mg/L', '3.5', '', '', '', 'accepted', '', 1, '2023-04-10 00:07:00.001234+00:00'::timestamptz, NULL),
(6, 1, 0, 7, '', 'demo-qx2', 'demo-qx2', 'codmn', '2023-01-06 00:00:00+00:00'::timestamptz, '3.5', 3.5, false, 'mg/L', '3.5', '', '', '', 'accepted', '', 1, '2023-04-10 00:07:00.001234+00:00'::timestamptz, NULL),
(7, 1, 0, 8, '', 'demo-qx2', 'demo-qx2', 'nh3n', '2023-01-05 00:00:00+00:00'::timestamptz, '0.40', 0.4, false, 'mg/L', '0.40', '', '', '', 'accepted', '', 1, '2023-04-10 00:07:00.001234+00:00'::timestamptz, NULL),
(8, 1, 0, 9, '', 'demo-qx2', 'demo-qx2', 'nh3n', '2023-01-06 00:00:00+00:00'::timestamptz, '0.40', 0.4, false, 'mg/L', '0.40', '', '', '', 'accepted', '', 1, '2023-04-10 00:07:00.001234+00:00'::timestamptz, NULL),
(9, 1, 0, 10, '', 'demo-qx2', 'demo-qx2', 'tp', '2023-01-05 00:00:00+00:00'::timestamptz, '0.15', 0.15, false, 'mg/L', '0.15', '', '', '', 'accepted', '', 1, '2023-04-10 00:07:00.001234+00:00'::timestamptz, NULL),
(10, 1, 0, 11, '', 'demo-qx2', 'demo-qx2', 'tp', '2023-01-06 00:00:00+00:00'::timestamptz, '0.15', 0.15, false, 'mg/L', '0.15', '', '', '', 'accepted', '', 1, '2023-04-10 00:07:00.001234+00:00'::timestamptz, NULL),
(11, 1, 0, 12, '', 'demo-qx2', 'demo-qx2', 'ph', '2023-02-05 00:00:00+00:00'::timestamptz, '7.5', 7.5, false, '-', '7.5', '', '', '', 'accepted', '', 1, '2023-04-10 00:07:00.001234+00:00'::timestamptz, NULL),
(12, 1, 0, 13, '', 'demo-qx2', 'demo-qx2', 'ph', '2023-02-06 00:00:00+00:00'::timestamptz, '7.5', 7.5, false, '-', '7.5', '', '', '', 'accepted', '', 1, '2023-04-10 00:07:00.001234+00:00'::timestamptz, NULL),
(13, 1, 0, 14, '', 'demo-qx2', 'demo-qx2', 'do', '2023-02-05 00:00:00+00:00'::timestamptz, '8.0', 8.0, false, 'mg/L', '8.0', '', '', '', 'accepted', '', 1, '2023-04-10 00:07:00.001234+00:00'::timestamptz, NULL),
(14, 1, 0, 15, '', 'demo-qx2', 'demo-qx2', 'do', '2023-02-06 00:00:00+00:00'::timestamptz, '8.0', 8.0, false, 'mg/L', '8.0', '', '', '', 'accepted', '', 1, '2023-04-10 00:07:00.001234+00:00'::timestamptz, NULL),
(15, 1, 0, 16, '', 'demo-qx2', 'demo-qx2', 'codmn', '2023-02-05 00:00:00+00:00'::timestamptz, '3.5', 3.5, false, 'mg/L', '3.5', '', '', '', 'accepted', '', 1, '2023-04-10 00:07:00.001234+00:00'::timestamptz, NULL),
(16, 1, 0, 17, '', 'demo-qx2', 'demo-qx2', 'codmn', '2023-02-06 00:00:00+00:00'::timestamptz, '3.5', 3.5, false, 'mg/L', '3.5', '', '', '', 'accepted', '', 1, '2023-04-10 00:07:00.001234+00:00'::timestamptz, NULL),
(17, 1, 0, 18, '', 'demo-qx2', 'demo-qx2', 'nh3n', '2023-02-05 00:00:00+00:00'::timestamptz, '0.40', 0.4, false, 'mg/L', '0.40', '', '', '', 'accepted', '', 1, '2023-04-10 00:07:00.001234+00:00'::timestamptz, NULL),
(18, 1, 0, 19, '', 'demo-qx2', 'demo-qx2', 'nh3n', '2023-02-06 00:00:00+00:00'::timestamptz, '0.40', 0.4, false, 'mg/L', '0.40', '', '', '', 'accepted', '', 1, '2023-04-10 00:07:00.001234+00:00'::timestamptz, NULL),
(19, 1, 0, 20, '', 'demo-qx2', 'demo-qx2', 'tp', '2023-02-05 00:00:00+00:00'::timestamptz, '0.25', 0.25, false, 'mg/L', '0.25', '', '', '', 'accepted', '', 1, '2023-04-10 00:07:00.001234+00:00'::timestamptz, NULL),
(20, 1, 0, 21, '', 'demo-qx2', 'demo-qx2', 'tp', '2023-02-06 00:00:00+00:00'::timestamptz, '0.25', 0.25, false, 'mg/L', '0.25', '', '', '', 'accepted', '', 1, '2023-04-10 00:07:00.001234+00:00'::timestamptz, NULL),
(21, 1, 0, 22, '', 'demo-qx2', 'demo-qx2', 'ph', '2023-03-05 00:00:00+00:00'::timestamptz, '7.5', 7.5, false, '-', '7.5', '', '', '', 'accepted', '', 1, '2023-04-10 00:07:00.001234+00:00'::timestamptz, NULL),
(22, 1, 0, 23, '', 'demo-qx2', 'demo-qx2', 'ph', '2023-03-06 00:00:00+00:00'::timestamptz, '7.5', 7.5, false, '-', '7.5', '', '', '', 'accepted', '', 1, '2023-04-10 00:07:00.001234+00:00'::timestamptz, NULL),
(23, 1, 0, 24, '', 'demo-qx2', 'demo-qx2', 'do', '2023-03-05 00:00:00+00:00'::timestamptz, '8.0', 8.0, false, 'mg/L', '8.0', '', '', '', 'accepted', '', 1, '2023-04-10 00:07:00.001234+00:00'::timestamptz, NULL),
(24, 1, 0, 25, '', 'demo-qx2', 'demo-qx2', 'do', '2023-03-06 00:00:00+00:00'::timestamptz, '8.0', 8.0, false, 'mg/L', '8.0', '', '', '', 'accepted', '', 1, '2023-04-10 00:07:00.001234+00:00'::timestamptz, NULL),
(25, 1, 0, 26, '', 'demo-qx2', 'demo-qx2', 'codmn', '2023-03-05 00:00:00+00:00'::timestamptz, '3.5', 3.5, false, 'mg/L', '3.5', '', '', '', 'accepted', '', 1, '2023-04-10 00:07:00.001234+00:00'::timestamptz, NULL),
(26, 1, 0, 27, '', 'demo-qx2', 'demo-qx2', 'codmn', '2023-03-06 00:00:00+00:00'::timestamptz, '3.5', 3.5, false, 'mg/L', '3.5', '', '', '', 'accepted', '', 1, '2023-04-10 00:07:00.001234+00:00'::timestamptz, NULL),
(27, 1, 0, 28, '', 'demo-qx2', 'demo-qx2', 'nh3n', '2023-03-05 00:00:00+00:00'::timestamptz, '0.40', 0.4, false, 'mg/L', '0.40', '', '', '', 'accepted', '', 1, '2023-04-10 00:07:00.001234+00:00'::timestamptz, NULL),
(28, 1, 0, 29, '', 'demo-qx2', 'demo-qx2', 'nh3n', '2023-03-06 00:00:00+00:00'::timestamptz, '0.40', 0.4, false, 'mg/L', '0.40', '', '', '', 'accepted', '', 1, '2023-04-10 00:07:00.001234+00:00'::timestamptz, NULL),
(29, 1, 0, 30, '', 'demo-qx2', 'demo-qx2', 'tp', '2023-03-05 00:00:00+00:00'::timestamptz, '0.35', 0.35, false, 'mg/L', '0.35', '', '', '', 'accepted', '', 1, '2023-04-10 00:07:00.001234+00:00'::timestamptz, NULL),
(30, 1, 0, 31, '', 'demo-qx2', 'demo-qx2', 'tp', '2023-03-06 00:00:00+00:00'::timestamptz, '0.35', 0.35, false, 'mg/L', '0.35', '', '', '', 'accepted', '', 1, '2023-04-10 00:07:00.001234+00:00'::timestamptz, NULL),
(31, 1, 0, 32, '', 'demo-qx3', 'demo-qx3', 'ph', '2023-01-05 00:00:00+00:00'::timestamptz, '7.5', 7.5, false, '-', '7.5', '', '', '', 'accepted', '', 1, '2023-04-10 00:07:00.001234+00:00'::timestamptz, NULL),
(32, 1, 0, 33, '', 'demo-qx3', 'demo-qx3', 'ph', '2023-01-06 00:00:00+00:00'::timestamptz, '7.5', 7.5, false, '-', '7.5', '', '', '', 'accepted', '', 1, '2023-04-10 00:07:00.001234+00:00'::timestamptz, NULL),
(33, 1, 0, 34, '', 'demo-qx3', 'demo-qx3', 'do', '2023-01-05 00:00:00+00:00'::timestamptz, '8.0', 8.0, false, 'mg/L', '8.0', '', '', '', 'accepted', '', 1, '2023-04-10 00:07:00.001234+00:00'::timestamptz, NULL),
(34, 1, 0, 35, '', 'demo-qx3', 'demo-qx3', 'do', '2023-01-06 00:00:00+00:00'::timestamptz, '8.0', 8.0, false, 'mg/L', '8.0', '', '', '', 'accepted', '', 1, '2023-04-10 00:07:00.001234+00:00'::timestamptz, NULL),
(35, 1, 0, 36, '', 'demo-qx3', 'demo-qx3', 'codmn', '2023-01-05 00:00:00+00:00'::timestamptz, '3.5', 3.5, false, 'mg/L', '3.5', '', '', '', 'accepted', '', 1, '2023-04-10 00:07:00.001234+00:00'::timestamptz, NULL),
(36, 1, 0, 37, '', 'demo-qx3', 'demo-qx3', 'codmn', '2023-01-06 00:00:00+00:00'::timestamptz, '3.5', 3.5, false, 'mg/L', '3.5', '', '', '', 'accepted', '', 1, '2023-04-10 00:07:00.001234+00:00'::timestamptz, NULL),
(37, 1, 0, 38, '', 'demo-qx3', 'demo-qx3', 'nh3n', '2023-01-05 00:00:00+00:00'::timestamptz, '0.40', 0.4, false, 'mg/L', '0.40', '', '', '', 'accepted', '', 1, '2023-04-10 00:07:00.001234+00:00'::timestamptz, NULL),
(38, 1, 0, 39, '', 'demo-qx3', 'demo-qx3', 'nh3n', '2023-01-06 00:00:00+00:00'::timestamptz, '0.40', 0.4, false, 'mg/L', '0.40', '', '', '', 'accepted', '', 1, '2023-04-10 00:07:00.001234+00:00'::timestamptz, NULL),
(39, 1, 0, 40, '', 'demo-qx3', 'demo-qx3', 'tp', '2023-01-05 00:00:00+00:00'::timestamptz, '0.15', 0.15, false, 'mg/L', '0.15', '', '', '', 'accepted', '', 1, '2023-04-10 00:07:00.001234+00:00'::timestamptz, NULL),
(40, 1, 0, 41, '', 'demo-qx3', 'demo-qx3', 'tp', '2023-01-06 00:00:00+00:00'::timestamptz, '0.15', 0.15, false, 'mg/L', '0.15', '', '', '', 'accepted', '', 1, '2023-04-10 00:07:00.001234+00:00'::timestamptz, NULL),
(41, 1, 0, 42, '', 'demo-qx3', 'demo-qx3', 'ph', '2023-02-05 00:00:00+00:00'::timestamptz, '7.5', 7.5, false, '-', '7.5', '', '', '', 'accepted', '', 1, '2023-04-10 00:07:00.001234+00:00'::timestamptz, NULL),
(42, 1, 0, 43, '', 'demo-qx3', 'demo-qx3', 'ph', '2023-02-06 00:00:00+00:00'::timestamptz, '7.5', 7.5, false, '-', '7.5', '', '', '', 'accepted', '', 1, '2023-04-10 00:07:00.001234+00:00'::timestamptz, NULL),
(43, 1, 0, 44, '', 'demo-qx3', 'demo-qx3', 'do', '2023-02-05 00:00:00+00:00'::timestamptz, '8.0', 8.0, false, 'mg/L', '8.0', '', '', '', 'accepted', '', 1, '2023-04-10 00:07:00.001234+00:00'::timestamptz, NULL),
(44, 1, 0, 45, '', 'demo-qx3', 'demo-qx3', 'do', '2023-02-06 00:00:00+00:00'::timestamptz, '8.0', 8.0, false, 'mg/L', '8.0', '', '', '', 'accepted', '', 1, '2023-04-10 00:07:00.001234+00:00'::timestamptz, NULL),
(45, 1, 0, 46, '', 'demo-qx3', 'demo-qx3', 'codmn', '2023-02-05 00:00:00+00:00'::timestamptz, '3.5', 3.5, false, 'mg/L', '3.5', '', '', '', 'accepted', '', 1, '2023-04-10 00:07:00.001234+00:00'::timestamptz, NULL),
(46, 1, 0, 47, '', 'demo-qx3', 'demo-qx3', 'codmn', '2023-02-06 00:00:00+00:00'::timestamptz, '3.5', 3.5, false, 'mg/L', '3.5', '', '', '', 'accepted', '', 1, '2023-04-10 00:07:00.001234+00:00'::timestamptz, NULL),
(47, 1, 0, 48, '', 'demo-qx3', 'demo-qx3', 'nh3n', '2023-02-05 00:00:00+00:00'::timestamptz, '0.40', 0.4, false, 'mg/L', '0.40', '', '', '', 'accepted', '', 1, '2023-04-10 00:07:00.001234+00:00'::timestamptz, NULL),
(48, 1, 0, 49, '', 'demo-qx3', 'demo-qx3', 'nh3n', '2023-02-06 00:00:00+00:00'::timestamptz, '0.40', 0.4, false, 'mg/L', '0.40', '', '', '', 'accepted', '', 1, '2023-04-10 00:07:00.001234+00:00'::timestamptz, NULL),
(49, 1, 0, 50, '', 'demo-qx3', 'demo-qx3', 'tp', '2023-02-05 00:00:00+00:00'::timestamptz, '0.25', 0.25, false, 'mg/L', '0.25', '', '', '', 'accepted', '', 1, '2023-04-10 00:07:00.001234+00:00'::timestamptz, NULL),
(50, 1, 0, 51, '', 'demo-qx3', 'demo-qx3', 'tp', '2023-02-06 00:00:00+00:00'::timestamptz, '0.25', 0.25, false, 'mg/L', '0.25', '', '', '', 'accepted', '', 1, '2023-04-10 00:07:00.001234+00:00'::timestamptz, NULL),
(51, 1, 0, 52, '', 'demo-qx3', 'demo-qx3', 'ph', '2023-03-05 00:00:00+00:00'::timestamptz, '7.5', 7.5, false, '-', '7.5', '', '', '', 'accepted', '', 1, '2023-04-10 00:07:00.001234+00:00'::timestamptz, NULL),
(52, 1, 0, 53, '', 'demo-qx3', 'demo-qx3', 'ph', '2023-03-06 00:00:00+00:00'::timestamptz, '7.5', 7.5, false, '-', '7.5', '', '', '', 'accepted', '', 1, '2023-04-10 00:07:00.001234+00:00'::timestamptz, NULL),
(53, 1, 0, 54, '', 'demo-qx3', 'demo-qx3', 'do', '2023-03-05 00:00:00+00:00'::timestamptz, '8.0', 8.0, false, 'mg/L', '8.0', '', '', '', 'accepted', '', 1, '2023-04-10 00:07:00.001234+00:00'::timestamptz, NULL),
(54, 1, 0, 55, '', 'demo-qx3', 'demo-qx3', 'do', '2023-03-06 00:00:00+00:00'::timestamptz, '8.0', 8.0, false, 'mg/L', '8.0', '', '', '', 'accepted', '', 1, '2023-04-10 00:07:00.001234+00:00'::timestamptz, NULL),
(55, 1, 0, 56, '', 'demo-qx3', 'demo-qx3', 'codmn', '2023-03-05 00:00:00+00:00'::timestamptz, '3.5', 3.5, false, 'mg/L', '3.5', '', '', '', 'accepted', '', 1, '2023-04-10 00:07:00.001234+00:00'::timestamptz, NULL),
(56, 1, 0, 57, '', 'demo-qx3', 'demo-qx3', 'codmn', '2023-03-06 00:00:00+00:00'::timestamptz, '3.5', 3.5, false, 'mg/L', '3.5', '', '', '', 'accepted', '', 1, '2023-04-10 00:07:00.001234+00:00'::timestamptz, NULL),
(57, 1, 0, 58, '', 'demo-qx3', 'demo-qx3', 'nh3n', '2023-03-05 00:00:00+00:00'::timestamptz, '0.40', 0.4, false, 'mg/L', '0.40', '', '', '', 'accepted', '', 1, '2023-04-10 00:07:00.001234+00:00'::timestamptz, NULL),
(58, 1, 0, 59, '', 'demo-qx3', 'demo-qx3', 'nh3n', '2023-03-06 00:00:00+00:00'::timestamptz, '0.40', 0.4, false, 'mg/L', '0.40', '', '', '', 'accepted', '', 1, '2023-04-10 00:07:00.001234+00:00'::timestamptz, NULL),
(59, 1, 0, 60, '', 'demo-qx3', 'demo-qx3', 'tp', '2023-03-05 00:00:00+00:00'::timestamptz, '0.35', 0.35, false, 'mg/L', '0.35', '', '', '', 'accepted', '', 1, '2023-04-10 00:07:00.001234+00:00'::timestamptz, NULL),
(60, 1, 0, 61, '', 'demo-qx3', 'demo-qx3', 'tp', '2023-03-06 00:00:00+00:00'::timestamptz, '0.35', 0.35, false, 'mg/L', '0.35', '', '', '', 'accepted', '', 1, '2023-04-10 00:07:00.001234+00:00'::timestamptz, NULL),
(61, 1, 0, 62, '', 'demo-qx2', 'demo-qx2', 'nh3n', '2023-02-18 00:00:00+00:00'::timestamptz, '<0.02', 0.02, true, 'mg/L', '<0.02', '', '', '', 'accepted', '', 1, '2023-04-10 00:07:00.001234+00:00'::timestamptz, NULL),
(62, 1, 0, 63, '', 'demo-qx2', 'demo-qx2', 'codmn', '2023-02-18 04:00:00+00:00'::timestamptz, '9999', 9999.0, false, 'mg/L', '9999', '', '', '', 'quarantined', 'implausible', 0, '2023-04-10 00:07:00.001234+00:00'::timestamptz, NULL),
(63, 1, 0, 64, '', 'demo-nowhere', NULL, 'codmn', '2023-02-18 04:00:00+00:00'::timestamptz, '3.0', 3.0, false, 'mg/L', '3.0', '', '', '', 'quarantined', 'unknown_station', 0, '2023-04-10 00:07:00.001234+00:00'::timestamptz, NULL),
(64, 1, 0, 66, '', 'demo-qx2', 'demo-qx2', 'nh3n', '2023-02-19 00:00:00+00:00'::timestamptz, '0.40', 0.4, false, 'mg/L', '0.40', '', '维护', '', 'accepted', '', 1, '2023-04-10 00:07:00.001234+00:00'::timestamptz, NULL),
(65, 2, 0, 2, '', 'demo-qx2', 'demo-qx2', 'nh3n', '2023-02-05 00:00:00+00:00'::timestamptz, '0.45', 0.45, false, 'mg/L', '0.45', '修约', '', '', 'revised', 'revised', 2, '2023-04-10 00:21:00.003702+00:00'::timestamptz, 'resubmitted');

INSERT INTO receipt_rows ("submission", "file", "ordinal", "row", "field", "code", "value", "fate", "station", "indicator", "time", "stands", "replaced", "sent") VALUES
(1, 0, 61, 63, 'value', 'implausible', '9999', 'quarantined', 'demo-qx2', 'codmn', '2023-02-18 04:00:00+00:00'::timestamptz, NULL, NULL, NULL),
(1, 0, 62, 64, 'station', 'unknown_station', 'demo-nowhere', 'quarantined', NULL, 'codmn', '2023-02-18 04:00:00+00:00'::timestamptz, NULL, NULL, NULL),
(1, 0, 63, 65, 'value', 'unreadable_number', E'<b>\\x', 'rejected', 'demo-qx2', 'nh3n', '2023-02-18 04:00:00+00:00'::timestamptz, NULL, NULL, E'<b>\\x mg/L'),
(2, 0, 0, 2, 'value', 'revised', '0.45', 'revised', 'demo-qx2', 'nh3n', '2023-02-05 00:00:00+00:00'::timestamptz, '0.45 mg/L', '0.40 mg/L', NULL),
(3, 0, 0, 1, 'w01019-Avg', 'future_time', '2.31', 'rejected', 'demo-qx2', 'codmn', '2026-02-28 20:00:00+00:00'::timestamptz, NULL, NULL, '2.31 mg/L');

INSERT INTO runs ("job", "slot", "holder", "expires_at", "finished_at", "outcome", "started_at") VALUES
('inbox', '2023-04-10 00:00:00+00:00'::timestamptz, 'vm:8433:238807', '2023-04-10 01:36:00.016042+00:00'::timestamptz, '2023-04-10 01:38:00.017276+00:00'::timestamptz, '接收 0', '2023-04-10 01:31:00.016042+00:00'::timestamptz);

INSERT INTO source_answers ("source", "sha256", "name", "body", "fetched_at") VALUES
('demo-web', 'a.json', 'abababababababababababababababababababababababababababababababab', '\x1f8b080000000000020363608c49ca4fa9e4fa0f00b2ed01a809000000'::bytea, '2023-04-10 00:56:00.009872+00:00'::timestamptz);

INSERT INTO submissions ("id", "door", "name", "sha256", "recorded_at", "sender") VALUES
(1, 'readings', '二月.csv', 'acbd1a788d9c8ea66f77cbab7909d01eb96c84e0cebe80a6aebc7117cf0bf7c4', '2023-04-10 00:07:00.001234+00:00'::timestamptz, ''),
(2, 'readings', '更正.csv', '5c827bc34a3772376797fef7477f8d884519776bcc5816e3825708593445c2c6', '2023-04-10 00:21:00.003702+00:00'::timestamptz, ''),
(3, 'telegrams', 'A 20260301050000001', '73be29c5dfd7e279acc281b50fed767b40b822cf5582062233f0cff304654ce7', '2023-04-10 01:52:00.019744+00:00'::timestamptz, 'from-A');

INSERT INTO telegram_frames ("id", "received_at", "peer", "error", "mn", "qn", "st", "cn", "part", "parts", "readings", "size", "sha256", "kept") VALUES
(1, '2023-04-10 01:52:00.019744+00:00'::timestamptz, '10.0.0.1:4711', '', 'A', '20260301050000001', '21', '2061', 1, 1, true, 129, '73be29c5dfd7e279acc281b50fed767b40b822cf5582062233f0cff304654ce7', '\x232330313137514e3d32303236303330313035303030303030313b53543d32313b434e3d323036313b50573d2a2a2a2a2a2a3b4d4e3d413b466c61673d353b43503d26264461746154696d653d32303236303330313034303030303b7730313031392d4176673d322e33312c7730313031392d466c61673d4e262637463830'::bytea),
(2, '2023-04-10 01:52:00.019744+00:00'::timestamptz, '10.0.0.1:4711', 'length', '', '', '', '', 1, 1, false, 11, 'd28fcdfae98e8909aefe3747293374ca945ca70df99a622325e94131f4391c42', '\x23232a2a2a2a2a2a2a'::bytea);

INSERT INTO telegram_refusals ("day", "peer", "error", "seen", "kept") VALUES
('2023-04-10', '10.0.0.1', 'length', 1, 1);

INSERT INTO quality_tests ("run", "indicator", "test", "section", "arguments", "source", "verified", "first", "last", "series", "readings", "not_evaluated", "doubtful", "unreliable") VALUES
(1, 'codmn', 'flat_line', '', '{"longest_gap_hours": 8, "longest_hours": 24, "tolerance": 0}', '衡界所定：一昼夜完全不变；未见公布的界限', false, '2023-01-05 00:00:00+00:00'::timestamptz, '2023-03-06 00:00:00+00:00'::timestamptz, 2, 12, 12, 0, 0),
(1, 'codmn', 'gross_range', '', '{"possible": [0.0, 200.0]}', 'basin/data/indicators.csv: plausible_min, plausible_max', false, '2023-01-05 00:00:00+00:00'::timestamptz, '2023-03-06 00:00:00+00:00'::timestamptz, 2, 12, 0, 0, 0),
(1, 'codmn', 'rate_of_change', '', '{"longest_gap_hours": 8, "per_hour": 2}', '衡界所定：除非进水或仪器有异，一小时内少见的变化；未见公布的界限', false, '2023-01-05 00:00:00+00:00'::timestamptz, '2023-03-06 00:00:00+00:00'::timestamptz, 2, 12, 12, 0, 0),
(1, 'codmn', 'spike', '', '{"absolute": 1, "longest_gap_hours": 8, "reach": 2, "relative": 0.3}', '衡界所定：远大于相邻四小时间常见的变化；未见公布的界限', false, '2023-01-05 00:00:00+00:00'::timestamptz, '2023-03-06 00:00:00+00:00'::timestamptz, 2, 12, 12, 0, 0),
(1, 'do', 'flat_line', '', '{"longest_gap_hours": 8, "longest_hours": 24, "tolerance": 0}', '衡界所定：一昼夜完全不变；未见公布的界限', false, '2023-01-05 00:00:00+00:00'::timestamptz, '2023-03-06 00:00:00+00:00'::timestamptz, 2, 12, 12, 0, 0),
(1, 'do', 'gross_range', '', '{"possible": [0.0, 30.0]}', 'basin/data/indicators.csv: plausible_min, plausible_max', false, '2023-01-05 00:00:00+00:00'::timestamptz, '2023-03-06 00:00:00+00:00'::timestamptz, 2, 12, 0, 0, 0),
(1, 'do', 'oxygen_saturation', '', '{"least_percent": 0, "most_percent": 200, "numerator": 468, "offset": 31.6}', '饱和浓度 468/(31.6+T)，HJ 2.3-2018（见于公开程序，未见原文）；范围为衡界所定，容海拔与藻类过饱和', false, '2023-01-05 00:00:00+00:00'::timestamptz, '2023-03-06 00:00:00+00:00'::timestamptz, 2, 12, 12, 0, 0),
(1, 'do', 'rate_of_change', '', '{"longest_gap_hours": 8, "per_hour": 2}', '衡界所定：除非进水或仪器有异，一小时内少见的变化；未见公布的界限', false, '2023-01-05 00:00:00+00:00'::timestamptz, '2023-03-06 00:00:00+00:00'::timestamptz, 2, 12, 12, 0, 0),
(1, 'do', 'shifted_clock', '', '{"days": [3, 14], "fit": [0.7, 0.8], "hours": 8, "part_hours": 4}', '衡界所定：三日的日变化平移八小时后与此前十四日吻合得多；未见公布的规则，实测见 docs/quality-control.md', false, '2023-01-05 00:00:00+00:00'::timestamptz, '2023-03-06 00:00:00+00:00'::timestamptz, 2, 12, 12, 0, 0),
(1, 'do', 'spike', '', '{"absolute": 1.5, "longest_gap_hours": 8, "reach": 2, "relative": 0}', '衡界所定：远大于相邻四小时间常见的变化；未见公布的界限', false, '2023-01-05 00:00:00+00:00'::timestamptz, '2023-03-06 00:00:00+00:00'::timestamptz, 2, 12, 12, 0, 0),
(1, 'nh3n', 'flat_line', '', '{"longest_gap_hours": 8, "longest_hours": 24, "tolerance": 0}', '衡界所定：一昼夜完全不变；未见公布的界限', false, '2023-01-05 00:00:00+00:00'::timestamptz, '2023-03-06 00:00:00+00:00'::timestamptz, 2, 14, 14, 0, 0),
(1, 'nh3n', 'gross_range', '', '{"possible": [0.0, 100.0]}', 'basin/data/indicators.csv: plausible_min, plausible_max', false, '2023-01-05 00:00:00+00:00'::timestamptz, '2023-03-06 00:00:00+00:00'::timestamptz, 2, 14, 0, 0, 0),
(1, 'nh3n', 'part_of_whole', '', '{"absolute": 0.1, "relative": 0.1}', '部分不大于整体；容差为衡界所定', false, '2023-01-05 00:00:00+00:00'::timestamptz, '2023-03-06 00:00:00+00:00'::timestamptz, 2, 14, 14, 0, 0),
(1, 'nh3n', 'rate_of_change', '', '{"longest_gap_hours": 8, "per_hour": 0.5}', '衡界所定：除非进水或仪器有异，一小时内少见的变化；未见公布的界限', false, '2023-01-05 00:00:00+00:00'::timestamptz, '2023-03-06 00:00:00+00:00'::timestamptz, 2, 14, 14, 0, 0),
(1, 'nh3n', 'spike', '', '{"absolute": 0.1, "longest_gap_hours": 8, "reach": 2, "relative": 0.5}', '衡界所定：远大于相邻四小时间常见的变化；未见公布的界限', false, '2023-01-05 00:00:00+00:00'::timestamptz, '2023-03-06 00:00:00+00:00'::timestamptz, 2, 14, 14, 0, 0),
(1, 'ph', 'flat_line', '', '{"longest_gap_hours": 8, "longest_hours": 24, "tolerance": 0}', '衡界所定：一昼夜完全不变；未见公布的界限', false, '2023-01-05 00:00:00+00:00'::timestamptz, '2023-03-06 00:00:00+00:00'::timestamptz, 2, 12, 12, 0, 0),
(1, 'ph', 'gross_range', '', '{"possible": [0.0, 14.0]}', 'basin/data/indicators.csv: plausible_min, plausible_max', false, '2023-01-05 00:00:00+00:00'::timestamptz, '2023-03-06 00:00:00+00:00'::timestamptz, 2, 12, 0, 0, 0),
(1, 'ph', 'ions_carry_current', '', '{"hydrogen": 349.8, "hydroxide": 198.6, "log_product": 14, "share": 0.5}', '氢、氢氧根离子 25 °C 极限摩尔电导率 349.8、198.6 S·cm²/mol 与水的离子积，物理化学常数（未见原文）；share 为衡界所定，容温度与活度', false, '2023-01-05 00:00:00+00:00'::timestamptz, '2023-03-06 00:00:00+00:00'::timestamptz, 2, 12, 12, 0, 0),
(1, 'ph', 'rate_of_change', '', '{"longest_gap_hours": 8, "per_hour": 0.5}', '衡界所定：除非进水或仪器有异，一小时内少见的变化；未见公布的界限', false, '2023-01-05 00:00:00+00:00'::timestamptz, '2023-03-06 00:00:00+00:00'::timestamptz, 2, 12, 12, 0, 0),
(1, 'ph', 'shifted_clock', '', '{"days": [3, 14], "fit": [0.7, 0.8], "hours": 8, "part_hours": 4}', '衡界所定：三日的日变化平移八小时后与此前十四日吻合得多；未见公布的规则，实测见 docs/quality-control.md', false, '2023-01-05 00:00:00+00:00'::timestamptz, '2023-03-06 00:00:00+00:00'::timestamptz, 2, 12, 12, 0, 0),
(1, 'ph', 'spike', '', '{"absolute": 0.3, "longest_gap_hours": 8, "reach": 2, "relative": 0}', '衡界所定：远大于相邻四小时间常见的变化；未见公布的界限', false, '2023-01-05 00:00:00+00:00'::timestamptz, '2023-03-06 00:00:00+00:00'::timestamptz, 2, 12, 12, 0, 0),
(1, 'tp', 'flat_line', '', '{"longest_gap_hours": 8, "longest_hours": 24, "tolerance": 0}', '衡界所定：一昼夜完全不变；未见公布的界限', false, '2023-01-05 00:00:00+00:00'::timestamptz, '2023-03-06 00:00:00+00:00'::timestamptz, 2, 12, 12, 0, 0),
(1, 'tp', 'gross_range', '', '{"possible": [0.0, 50.0]}', 'basin/data/indicators.csv: plausible_min, plausible_max', false, '2023-01-05 00:00:00+00:00'::timestamptz, '2023-03-06 00:00:00+00:00'::timestamptz, 2, 12, 0, 0, 0),
(1, 'tp', 'rate_of_change', '', '{"longest_gap_hours": 8, "per_hour": 0.1}', '衡界所定：除非进水或仪器有异，一小时内少见的变化；未见公布的界限', false, '2023-01-05 00:00:00+00:00'::timestamptz, '2023-03-06 00:00:00+00:00'::timestamptz, 2, 12, 12, 0, 0),
(1, 'tp', 'spike', '', '{"absolute": 0.03, "longest_gap_hours": 8, "reach": 2, "relative": 0.5}', '衡界所定：远大于相邻四小时间常见的变化；未见公布的界限', false, '2023-01-05 00:00:00+00:00'::timestamptz, '2023-03-06 00:00:00+00:00'::timestamptz, 2, 12, 12, 0, 0);

INSERT INTO reviews ("id", "action", "station", "indicator", "time", "revision", "reading", "reason", "document", "proposed_by", "approved_by", "recorded_at", "recorded_by") VALUES
(1, 'uphold', 'demo-qx2', 'codmn', '2023-02-18 04:00:00+00:00'::timestamptz, 0, 62, 'not_confirmed', '维修单 3', '张三', '李四', '2023-04-10 01:45:00.018510+00:00'::timestamptz, NULL);

INSERT INTO settlements ("id", "agreement", "agreement_sha256", "title", "basin", "period", "as_of", "kind", "digest", "document", "recorded_at") VALUES
('demo-small-monthly-2023-01-9d77d4933dbd', 'demo-small-monthly', 'c9a372e982ff3a4485eac908ec7adb3a9a8ef145bbc7824048084d9008cda096', '示例：清溪逐月断面水质类别补偿协议（虚构）', 'demo-qingxi', '2023-01', '2023-04-10 02:13:00.023446+00:00'::timestamptz, 'payable', '9d77d4933dbd56a82d61ac9f07c5ab270759bf7193cee12d638e24b07b9ac90e', '{"agreement":"demo-small-monthly","agreement_sha256":"c9a372e982ff3a4485eac908ec7adb3a9a8ef145bbc7824048084d9008cda096","as_of":"2023-04-10T02:13:00.023446Z","basin":"demo-qingxi","digest":"9d77d4933dbd56a82d61ac9f07c5ab270759bf7193cee12d638e24b07b9ac90e","evaluations":[{"amount":"0","cap":"100","clause":"4.1","element":{"section":"qingxi-2"},"excluded":false,"pays":"pingzhou","period":"2023-01","reason":null,"receives":"shanzhou","scale":{"amount":"0","n":"0","origin":"0","per":"1","piece":0,"rate":"-50","steps":null},"source":"示例协议第四条：界上断面当月类别比目标每好一类，下游付上游50万元；每差一类，上游付下游50万元；每断面每月以100万元为限","statistics":[0,1,2,3,4],"times":[],"title":"逐月类别补偿","unverified":[],"value":"0","working":[{"expression":"2 个读数、2 天的均值：7.5，修约到 0 位小数","label":"2023-01 山平界（虚构） pH","value":"8"},{"expression":"2 个读数、2 天的均值","label":"2023-01 山平界（虚构） 溶解氧","value":"8"},{"expression":"2 个读数、2 天的均值","label":"2023-01 山平界（虚构） 高锰酸盐指数","value":"3.5"},{"expression":"2 个读数、2 天的均值","label":"2023-01 山平界（虚构） 氨氮","value":"0.4"},{"expression":"2 个读数、2 天的均值","label":"2023-01 山平界（虚构） 总磷","value":"0.15"},{"expression":"GB3838-2002 河流限值：pH 6 ≤ 8 ≤ 9 Ⅰ类、溶解氧 8 ≥ 7.5 Ⅰ类、高锰酸盐指数 3.5 ≤ 4 Ⅱ类、氨氮 0.4 ≤ 0.5 Ⅱ类、总磷 0.15 ≤ 0.2 Ⅲ类；取最差的一项","label":"2023-01 山平界（虚构） 类别","value":"Ⅲ类"},{"expression":"3 − 3","label":"差值","value":"0"},{"expression":"-50 × 0","label":"计算标准","value":"0"}],"year_to_date":null},{"amount":"0","cap":"100","clause":"4.1","element":{"section":"qingxi-3"},"excluded":false,"pays":"haizhou","period":"2023-01","reason":null,"receives":"pingzhou","scale":{"amount":"0","n":"0","origin":"0","per":"1","piece":0,"rate":"-50","steps":null},"source":"示例协议第四条：界上断面当月类别比目标每好一类，下游付上游50万元；每差一类，上游付下游50万元；每断面每月以100万元为限","statistics":[5,6,7,8,9],"times":[],"title":"逐月类别补偿","unverified":[],"value":"0","working":[{"expression":"2 个读数、2 天的均值：7.5，修约到 0 位小数","label":"2023-01 平海界（虚构） pH","value":"8"},{"expression":"2 个读数、2 天的均值","label":"2023-01 平海界（虚构） 溶解氧","value":"8"},{"expression":"2 个读数、2 天的均值","label":"2023-01 平海界（虚构） 高锰酸盐指数","value":"3.5"},{"expression":"2 个读数、2 天的均值","label":"2023-01 平海界（虚构） 氨氮","value":"0.4"},{"expression":"2 个读数、2 天的均值","label":"2023-01 平海界（虚构） 总磷","value":"0.15"},{"expression":"GB3838-2002 河流限值：pH 6 ≤ 8 ≤ 9 Ⅰ类、溶解氧 8 ≥ 7.5 Ⅰ类、高锰酸盐指数 3.5 ≤ 4 Ⅱ类、氨氮 0.4 ≤ 0.5 Ⅱ类、总磷 0.15 ≤ 0.2 Ⅲ类；取最差的一项","label":"2023-01 平海界（虚构） 类别","value":"Ⅲ类"},{"expression":"3 − 3","label":"差值","value":"0"},{"expression":"-50 × 0","label":"计算标准","value":"0"}],"year_to_date":null}],"id":"demo-small-monthly-2023-01-9d77d4933dbd","kind":"payable","obligations":[],"parties":{"haizhou":"haizhou","pingzhou":"pingzhou","shanzhou":"shanzhou"},"period":"2023-01","pools":[],"rules":[{"path":"starts","source":"虚构的示例协议，没有任何真实文本","value":"2023-01-01","verified":true},{"path":"ends","source":"虚构的示例协议，没有任何真实文本","value":"2099-12-31","verified":true},{"path":"data.min_readings_a_day","source":"示例协议第六条","value":"1","verified":true},{"path":"data.min_days_a_month","source":"示例协议第六条","value":"1","verified":true},{"path":"data.statuses","source":"示例协议第六条","value":"正常","verified":true},{"path":"data.compare","source":"示例协议第七条：先修约后比较","value":"rounded","verified":true},{"path":"data.non_detect","source":"示例协议第七条","value":"half","verified":true},{"path":"data.missing_month","source":"示例协议第七条","value":"stop","verified":true},{"path":"money.place","source":"虚构的示例协议，没有任何真实文本","value":"fen","verified":true},{"path":"money.mode","source":"示例协议第八条","value":"half_up","verified":true}],"source":"虚构的示例协议，没有任何真实文本","statistics":[{"days":2,"indicator":"ph","left_out":{},"mean":"7.5","period":"2023-01","readings":2,"reason":null,"reported":"8","section":"qingxi-2"},{"days":2,"indicator":"do","left_out":{},"mean":"8","period":"2023-01","readings":2,"reason":null,"reported":"8","section":"qingxi-2"},{"days":2,"indicator":"codmn","left_out":{},"mean":"3.5","period":"2023-01","readings":2,"reason":null,"reported":"3.5","section":"qingxi-2"},{"days":2,"indicator":"nh3n","left_out":{},"mean":"0.4","period":"2023-01","readings":2,"reason":null,"reported":"0.4","section":"qingxi-2"},{"days":2,"indicator":"tp","left_out":{},"mean":"0.15","period":"2023-01","readings":2,"reason":null,"reported":"0.15","section":"qingxi-2"},{"days":2,"indicator":"ph","left_out":{},"mean":"7.5","period":"2023-01","readings":2,"reason":null,"reported":"8","section":"qingxi-3"},{"days":2,"indicator":"do","left_out":{},"mean":"8","period":"2023-01","readings":2,"reason":null,"reported":"8","section":"qingxi-3"},{"days":2,"indicator":"codmn","left_out":{},"mean":"3.5","period":"2023-01","readings":2,"reason":null,"reported":"3.5","section":"qingxi-3"},{"days":2,"indicator":"nh3n","left_out":{},"mean":"0.4","period":"2023-01","readings":2,"reason":null,"reported":"0.4","section":"qingxi-3"},{"days":2,"indicator":"tp","left_out":{},"mean":"0.15","period":"2023-01","readings":2,"reason":null,"reported":"0.15","section":"qingxi-3"}],"status":"试算","stops":[],"title":"示例：清溪逐月断面水质类别补偿协议（虚构）","transfers":[],"verified":true}', '2023-04-10 02:13:00.023446+00:00'::timestamptz),
('demo-small-monthly-2023-02-cc0788b44b35', 'demo-small-monthly', 'c9a372e982ff3a4485eac908ec7adb3a9a8ef145bbc7824048084d9008cda096', '示例：清溪逐月断面水质类别补偿协议（虚构）', 'demo-qingxi', '2023-02', '2023-04-10 02:34:00.027148+00:00'::timestamptz, 'payable', 'cc0788b44b3548531a5e98d878ccac0d4c4b2f9a13f0b0ac695b5823306ea34b', '{"agreement":"demo-small-monthly","agreement_sha256":"c9a372e982ff3a4485eac908ec7adb3a9a8ef145bbc7824048084d9008cda096","as_of":"2023-04-10T02:34:00.027148Z","basin":"demo-qingxi","digest":"cc0788b44b3548531a5e98d878ccac0d4c4b2f9a13f0b0ac695b5823306ea34b","evaluations":[{"amount":"-50","cap":"100","clause":"4.1","element":{"section":"qingxi-2"},"excluded":false,"pays":"pingzhou","period":"2023-02","reason":null,"receives":"shanzhou","scale":{"amount":"0","n":"1","origin":"0","per":"1","piece":0,"rate":"-50","steps":null},"source":"示例协议第四条：界上断面当月类别比目标每好一类，下游付上游50万元；每差一类，上游付下游50万元；每断面每月以100万元为限","statistics":[0,1,2,3,4],"times":[],"title":"逐月类别补偿","unverified":[],"value":"1","working":[{"expression":"2 个读数、2 天的均值：7.5，修约到 0 位小数","label":"2023-02 山平界（虚构） pH","value":"8"},{"expression":"2 个读数、2 天的均值","label":"2023-02 山平界（虚构） 溶解氧","value":"8"},{"expression":"2 个读数、2 天的均值，未采用 超出该指标的合理范围，待核 1","label":"2023-02 山平界（虚构） 高锰酸盐指数","value":"3.5"},{"expression":"3 个读数、3 天的均值，未采用 不是数字 1、维护 1：0.286666666667，修约到 2 位小数","label":"2023-02 山平界（虚构） 氨氮","value":"0.29"},{"expression":"2 个读数、2 天的均值","label":"2023-02 山平界（虚构） 总磷","value":"0.25"},{"expression":"GB3838-2002 河流限值：pH 6 ≤ 8 ≤ 9 Ⅰ类、溶解氧 8 ≥ 7.5 Ⅰ类、高锰酸盐指数 3.5 ≤ 4 Ⅱ类、氨氮 0.29 ≤ 0.5 Ⅱ类、总磷 0.25 ≤ 0.3 Ⅳ类；取最差的一项","label":"2023-02 山平界（虚构） 类别","value":"Ⅳ类"},{"expression":"4 − 3","label":"差值","value":"1"},{"expression":"-50 × 1","label":"计算标准","value":"-50"}],"year_to_date":null},{"amount":"-50","cap":"100","clause":"4.1","element":{"section":"qingxi-3"},"excluded":false,"pays":"haizhou","period":"2023-02","reason":null,"receives":"pingzhou","scale":{"amount":"0","n":"1","origin":"0","per":"1","piece":0,"rate":"-50","steps":null},"source":"示例协议第四条：界上断面当月类别比目标每好一类，下游付上游50万元；每差一类，上游付下游50万元；每断面每月以100万元为限","statistics":[5,6,7,8,9],"times":[],"title":"逐月类别补偿","unverified":[],"value":"1","working":[{"expression":"2 个读数、2 天的均值：7.5，修约到 0 位小数","label":"2023-02 平海界（虚构） pH","value":"8"},{"expression":"2 个读数、2 天的均值","label":"2023-02 平海界（虚构） 溶解氧","value":"8"},{"expression":"2 个读数、2 天的均值","label":"2023-02 平海界（虚构） 高锰酸盐指数","value":"3.5"},{"expression":"2 个读数、2 天的均值","label":"2023-02 平海界（虚构） 氨氮","value":"0.4"},{"expression":"2 个读数、2 天的均值","label":"2023-02 平海界（虚构） 总磷","value":"0.25"},{"expression":"GB3838-2002 河流限值：pH 6 ≤ 8 ≤ 9 Ⅰ类、溶解氧 8 ≥ 7.5 Ⅰ类、高锰酸盐指数 3.5 ≤ 4 Ⅱ类、氨氮 0.4 ≤ 0.5 Ⅱ类、总磷 0.25 ≤ 0.3 Ⅳ类；取最差的一项","label":"2023-02 平海界（虚构） 类别","value":"Ⅳ类"},{"expression":"4 − 3","label":"差值","value":"1"},{"expression":"-50 × 1","label":"计算标准","value":"-50"}],"year_to_date":null}],"id":"demo-small-monthly-2023-02-cc0788b44b35","kind":"payable","obligations":[{"amount_yuan":"500000.00","clause":"4.1","payee":"pingzhou","payer":"shanzhou","period":"2023-02","working":[{"expression":"-50 万元 × 10000；负数由收方付给付方","label":"修约一次（元，四舍五入）","value":"-500000.00"}]},{"amount_yuan":"500000.00","clause":"4.1","payee":"haizhou","payer":"pingzhou","period":"2023-02","working":[{"expression":"-50 万元 × 10000；负数由收方付给付方","label":"修约一次（元，四舍五入）","value":"-500000.00"}]}],"parties":{"haizhou":"haizhou","pingzhou":"pingzhou","shanzhou":"shanzhou"},"period":"2023-02","pools":[],"rules":[{"path":"starts","source":"虚构的示例协议，没有任何真实文本","value":"2023-01-01","verified":true},{"path":"ends","source":"虚构的示例协议，没有任何真实文本","value":"2099-12-31","verified":true},{"path":"data.min_readings_a_day","source":"示例协议第六条","value":"1","verified":true},{"path":"data.min_days_a_month","source":"示例协议第六条","value":"1","verified":true},{"path":"data.statuses","source":"示例协议第六条","value":"正常","verified":true},{"path":"data.compare","source":"示例协议第七条：先修约后比较","value":"rounded","verified":true},{"path":"data.non_detect","source":"示例协议第七条","value":"half","verified":true},{"path":"data.missing_month","source":"示例协议第七条","value":"stop","verified":true},{"path":"money.place","source":"虚构的示例协议，没有任何真实文本","value":"fen","verified":true},{"path":"money.mode","source":"示例协议第八条","value":"half_up","verified":true}],"source":"虚构的示例协议，没有任何真实文本","statistics":[{"days":2,"indicator":"ph","left_out":{},"mean":"7.5","period":"2023-02","readings":2,"reason":null,"reported":"8","section":"qingxi-2"},{"days":2,"indicator":"do","left_out":{},"mean":"8","period":"2023-02","readings":2,"reason":null,"reported":"8","section":"qingxi-2"},{"days":2,"indicator":"codmn","left_out":{"implausible":1},"mean":"3.5","period":"2023-02","readings":2,"reason":null,"reported":"3.5","section":"qingxi-2"},{"days":3,"indicator":"nh3n","left_out":{"unreadable_number":1,"维护":1},"mean":"0.286666666667","period":"2023-02","readings":3,"reason":null,"reported":"0.29","section":"qingxi-2"},{"days":2,"indicator":"tp","left_out":{},"mean":"0.25","period":"2023-02","readings":2,"reason":null,"reported":"0.25","section":"qingxi-2"},{"days":2,"indicator":"ph","left_out":{},"mean":"7.5","period":"2023-02","readings":2,"reason":null,"reported":"8","section":"qingxi-3"},{"days":2,"indicator":"do","left_out":{},"mean":"8","period":"2023-02","readings":2,"reason":null,"reported":"8","section":"qingxi-3"},{"days":2,"indicator":"codmn","left_out":{},"mean":"3.5","period":"2023-02","readings":2,"reason":null,"reported":"3.5","section":"qingxi-3"},{"days":2,"indicator":"nh3n","left_out":{},"mean":"0.4","period":"2023-02","readings":2,"reason":null,"reported":"0.4","section":"qingxi-3"},{"days":2,"indicator":"tp","left_out":{},"mean":"0.25","period":"2023-02","readings":2,"reason":null,"reported":"0.25","section":"qingxi-3"}],"status":"试算","stops":[],"title":"示例：清溪逐月断面水质类别补偿协议（虚构）","transfers":[{"amount_yuan":"500000.00","payee":"pingzhou","payer":"shanzhou","working":[{"expression":"应付补偿款","label":"条款 4.1 2023-02","value":"500000.00"}]},{"amount_yuan":"500000.00","payee":"haizhou","payer":"pingzhou","working":[{"expression":"应付补偿款","label":"条款 4.1 2023-02","value":"500000.00"}]}],"verified":true}', '2023-04-10 02:34:00.027148+00:00'::timestamptz),
('demo-small-monthly-2023-03-354ea7879376', 'demo-small-monthly', 'c9a372e982ff3a4485eac908ec7adb3a9a8ef145bbc7824048084d9008cda096', '示例：清溪逐月断面水质类别补偿协议（虚构）', 'demo-qingxi', '2023-03', '2023-04-10 03:30:00.037020+00:00'::timestamptz, 'payable', '354ea7879376d089af30e495cf163d4a6c0de6535a4da52c994490637dc4b67e', '{"agreement":"demo-small-monthly","agreement_sha256":"c9a372e982ff3a4485eac908ec7adb3a9a8ef145bbc7824048084d9008cda096","as_of":"2023-04-10T03:30:00.037020Z","basin":"demo-qingxi","digest":"354ea7879376d089af30e495cf163d4a6c0de6535a4da52c994490637dc4b67e","evaluations":[{"amount":"-100","cap":"100","clause":"4.1","element":{"section":"qingxi-2"},"excluded":false,"pays":"pingzhou","period":"2023-03","reason":null,"receives":"shanzhou","scale":{"amount":"0","n":"2","origin":"0","per":"1","piece":0,"rate":"-50","steps":null},"source":"示例协议第四条：界上断面当月类别比目标每好一类，下游付上游50万元；每差一类，上游付下游50万元；每断面每月以100万元为限","statistics":[0,1,2,3,4],"times":[],"title":"逐月类别补偿","unverified":[],"value":"2","working":[{"expression":"2 个读数、2 天的均值：7.5，修约到 0 位小数","label":"2023-03 山平界（虚构） pH","value":"8"},{"expression":"2 个读数、2 天的均值","label":"2023-03 山平界（虚构） 溶解氧","value":"8"},{"expression":"2 个读数、2 天的均值","label":"2023-03 山平界（虚构） 高锰酸盐指数","value":"3.5"},{"expression":"2 个读数、2 天的均值","label":"2023-03 山平界（虚构） 氨氮","value":"0.4"},{"expression":"2 个读数、2 天的均值","label":"2023-03 山平界（虚构） 总磷","value":"0.35"},{"expression":"GB3838-2002 河流限值：pH 6 ≤ 8 ≤ 9 Ⅰ类、溶解氧 8 ≥ 7.5 Ⅰ类、高锰酸盐指数 3.5 ≤ 4 Ⅱ类、氨氮 0.4 ≤ 0.5 Ⅱ类、总磷 0.35 ≤ 0.4 Ⅴ类；取最差的一项","label":"2023-03 山平界（虚构） 类别","value":"Ⅴ类"},{"expression":"5 − 3","label":"差值","value":"2"},{"expression":"-50 × 2","label":"计算标准","value":"-100"}],"year_to_date":null},{"amount":"-100","cap":"100","clause":"4.1","element":{"section":"qingxi-3"},"excluded":false,"pays":"haizhou","period":"2023-03","reason":null,"receives":"pingzhou","scale":{"amount":"0","n":"2","origin":"0","per":"1","piece":0,"rate":"-50","steps":null},"source":"示例协议第四条：界上断面当月类别比目标每好一类，下游付上游50万元；每差一类，上游付下游50万元；每断面每月以100万元为限","statistics":[5,6,7,8,9],"times":[],"title":"逐月类别补偿","unverified":[],"value":"2","working":[{"expression":"2 个读数、2 天的均值：7.5，修约到 0 位小数","label":"2023-03 平海界（虚构） pH","value":"8"},{"expression":"2 个读数、2 天的均值","label":"2023-03 平海界（虚构） 溶解氧","value":"8"},{"expression":"2 个读数、2 天的均值","label":"2023-03 平海界（虚构） 高锰酸盐指数","value":"3.5"},{"expression":"2 个读数、2 天的均值","label":"2023-03 平海界（虚构） 氨氮","value":"0.4"},{"expression":"2 个读数、2 天的均值","label":"2023-03 平海界（虚构） 总磷","value":"0.35"},{"expression":"GB3838-2002 河流限值：pH 6 ≤ 8 ≤ 9 Ⅰ类、溶解氧 8 ≥ 7.5 Ⅰ类、高锰酸盐指数 3.5 ≤ 4 Ⅱ类、氨氮 0.4 ≤ 0.5 Ⅱ类、总磷 0.35 ≤ 0.4 Ⅴ类；取最差的一项","label":"2023-03 平海界（虚构） 类别","value":"Ⅴ类"},{"expression":"5 − 3","label":"差值","value":"2"},{"expression":"-50 × 2","label":"计算标准","value":"-100"}],"year_to_date":null}],"id":"demo-small-monthly-2023-03-354ea7879376","kind":"payable","obligations":[{"amount_yuan":"1000000.00","clause":"4.1","payee":"pingzhou","payer":"shanzhou","period":"2023-03","working":[{"expression":"-100 万元 × 10000；负数由收方付给付方","label":"修约一次（元，四舍五入）","value":"-1000000.00"}]},{"amount_yuan":"1000000.00","clause":"4.1","payee":"haizhou","payer":"pingzhou","period":"2023-03","working":[{"expression":"-100 万元 × 10000；负数由收方付给付方","label":"修约一次（元，四舍五入）","value":"-1000000.00"}]}],"parties":{"haizhou":"haizhou","pingzhou":"pingzhou","shanzhou":"shanzhou"},"period":"2023-03","pools":[],"rules":[{"path":"starts","source":"虚构的示例协议，没有任何真实文本","value":"2023-01-01","verified":true},{"path":"ends","source":"虚构的示例协议，没有任何真实文本","value":"2099-12-31","verified":true},{"path":"data.min_readings_a_day","source":"示例协议第六条","value":"1","verified":true},{"path":"data.min_days_a_month","source":"示例协议第六条","value":"1","verified":true},{"path":"data.statuses","source":"示例协议第六条","value":"正常","verified":true},{"path":"data.compare","source":"示例协议第七条：先修约后比较","value":"rounded","verified":true},{"path":"data.non_detect","source":"示例协议第七条","value":"half","verified":true},{"path":"data.missing_month","source":"示例协议第七条","value":"stop","verified":true},{"path":"money.place","source":"虚构的示例协议，没有任何真实文本","value":"fen","verified":true},{"path":"money.mode","source":"示例协议第八条","value":"half_up","verified":true}],"source":"虚构的示例协议，没有任何真实文本","statistics":[{"days":2,"indicator":"ph","left_out":{},"mean":"7.5","period":"2023-03","readings":2,"reason":null,"reported":"8","section":"qingxi-2"},{"days":2,"indicator":"do","left_out":{},"mean":"8","period":"2023-03","readings":2,"reason":null,"reported":"8","section":"qingxi-2"},{"days":2,"indicator":"codmn","left_out":{},"mean":"3.5","period":"2023-03","readings":2,"reason":null,"reported":"3.5","section":"qingxi-2"},{"days":2,"indicator":"nh3n","left_out":{},"mean":"0.4","period":"2023-03","readings":2,"reason":null,"reported":"0.4","section":"qingxi-2"},{"days":2,"indicator":"tp","left_out":{},"mean":"0.35","period":"2023-03","readings":2,"reason":null,"reported":"0.35","section":"qingxi-2"},{"days":2,"indicator":"ph","left_out":{},"mean":"7.5","period":"2023-03","readings":2,"reason":null,"reported":"8","section":"qingxi-3"},{"days":2,"indicator":"do","left_out":{},"mean":"8","period":"2023-03","readings":2,"reason":null,"reported":"8","section":"qingxi-3"},{"days":2,"indicator":"codmn","left_out":{},"mean":"3.5","period":"2023-03","readings":2,"reason":null,"reported":"3.5","section":"qingxi-3"},{"days":2,"indicator":"nh3n","left_out":{},"mean":"0.4","period":"2023-03","readings":2,"reason":null,"reported":"0.4","section":"qingxi-3"},{"days":2,"indicator":"tp","left_out":{},"mean":"0.35","period":"2023-03","readings":2,"reason":null,"reported":"0.35","section":"qingxi-3"}],"status":"试算","stops":[],"title":"示例：清溪逐月断面水质类别补偿协议（虚构）","transfers":[{"amount_yuan":"1000000.00","payee":"pingzhou","payer":"shanzhou","working":[{"expression":"应付补偿款","label":"条款 4.1 2023-03","value":"1000000.00"}]},{"amount_yuan":"1000000.00","payee":"haizhou","payer":"pingzhou","working":[{"expression":"应付补偿款","label":"条款 4.1 2023-03","value":"1000000.00"}]}],"verified":true}', '2023-04-10 03:30:00.037020+00:00'::timestamptz);

INSERT INTO submission_files ("submission", "file", "name", "sha256", "bytes") VALUES
(1, 0, '二月.csv', 'acbd1a788d9c8ea66f77cbab7909d01eb96c84e0cebe80a6aebc7117cf0bf7c4', 2652),
(2, 0, '更正.csv', '5c827bc34a3772376797fef7477f8d884519776bcc5816e3825708593445c2c6', 87),
(3, 0, 'A 20260301050000001', '73be29c5dfd7e279acc281b50fed767b40b822cf5582062233f0cff304654ce7', 127);

INSERT INTO obligations ("settlement", "ordinal", "clause", "period", "payer", "payee", "fen") VALUES
('demo-small-monthly-2023-02-cc0788b44b35', 0, '4.1', '2023-02', 'shanzhou', 'pingzhou', 50000000),
('demo-small-monthly-2023-02-cc0788b44b35', 1, '4.1', '2023-02', 'pingzhou', 'haizhou', 50000000),
('demo-small-monthly-2023-03-354ea7879376', 0, '4.1', '2023-03', 'shanzhou', 'pingzhou', 100000000),
('demo-small-monthly-2023-03-354ea7879376', 1, '4.1', '2023-03', 'pingzhou', 'haizhou', 100000000);

INSERT INTO receipts ("submission", "file", "accepted", "duplicate", "revised", "quarantined", "rejected", "withheld", "absent", "recorded_at", "newest") VALUES
(1, 0, 62, 0, 0, 2, 1, 0, 0, '2023-04-10 00:07:00.001234+00:00'::timestamptz, '2023-03-06 00:00:00+00:00'::timestamptz),
(2, 0, 0, 0, 1, 0, 0, 0, 0, '2023-04-10 00:21:00.003702+00:00'::timestamptz, '2023-02-05 00:00:00+00:00'::timestamptz),
(3, 0, 0, 0, 0, 0, 1, 0, 0, '2023-04-10 01:52:00.019744+00:00'::timestamptz, NULL);

INSERT INTO statuses ("id", "settlement", "status", "person", "reason", "recorded_at") VALUES
(1, 'demo-small-monthly-2023-01-9d77d4933dbd', '试算', '衡界', '结算生成', '2023-04-10 02:13:00.023446+00:00'::timestamptz),
(2, 'demo-small-monthly-2023-01-9d77d4933dbd', '待复核', '甲', '示例', '2023-04-10 02:20:00.024680+00:00'::timestamptz),
(3, 'demo-small-monthly-2023-01-9d77d4933dbd', '已确认', '乙', '示例', '2023-04-10 02:27:00.025914+00:00'::timestamptz),
(4, 'demo-small-monthly-2023-02-cc0788b44b35', '试算', '衡界', '结算生成', '2023-04-10 02:34:00.027148+00:00'::timestamptz),
(5, 'demo-small-monthly-2023-02-cc0788b44b35', '待复核', '甲', '示例', '2023-04-10 02:41:00.028382+00:00'::timestamptz),
(6, 'demo-small-monthly-2023-02-cc0788b44b35', '已确认', '乙', '示例', '2023-04-10 02:48:00.029616+00:00'::timestamptz),
(7, 'demo-small-monthly-2023-02-cc0788b44b35', '已撤销', '丙', '示例', '2023-04-10 02:55:00.030850+00:00'::timestamptz),
(8, 'demo-small-monthly-2023-02-cc0788b44b35', '试算', '衡界', '重新结算，结果相同', '2023-04-10 03:02:00.032084+00:00'::timestamptz),
(9, 'demo-small-monthly-2023-02-cc0788b44b35', '待复核', '甲', '再次', '2023-04-10 03:09:00.033318+00:00'::timestamptz),
(10, 'demo-small-monthly-2023-02-cc0788b44b35', '已确认', '乙', '再次', '2023-04-10 03:16:00.034552+00:00'::timestamptz),
(11, 'demo-small-monthly-2023-02-cc0788b44b35', '已撤销', '丙', '再次', '2023-04-10 03:23:00.035786+00:00'::timestamptz),
(12, 'demo-small-monthly-2023-03-354ea7879376', '试算', '衡界', '结算生成', '2023-04-10 03:30:00.037020+00:00'::timestamptz);

INSERT INTO telegram_receipts ("frame", "submission", "file") VALUES
(1, 3, 0);

INSERT INTO entries ("status", "ordinal", "party", "counterparty", "fen") VALUES
(6, 0, 'shanzhou', 'pingzhou', -50000000),
(6, 1, 'pingzhou', 'shanzhou', 50000000),
(6, 2, 'pingzhou', 'haizhou', -50000000),
(6, 3, 'haizhou', 'pingzhou', 50000000),
(7, 0, 'shanzhou', 'pingzhou', 50000000),
(7, 1, 'pingzhou', 'shanzhou', -50000000),
(7, 2, 'pingzhou', 'haizhou', 50000000),
(7, 3, 'haizhou', 'pingzhou', -50000000),
(10, 0, 'shanzhou', 'pingzhou', -50000000),
(10, 1, 'pingzhou', 'shanzhou', 50000000),
(10, 2, 'pingzhou', 'haizhou', -50000000),
(10, 3, 'haizhou', 'pingzhou', 50000000),
(11, 0, 'shanzhou', 'pingzhou', 50000000),
(11, 1, 'pingzhou', 'shanzhou', -50000000),
(11, 2, 'pingzhou', 'haizhou', 50000000),
(11, 3, 'haizhou', 'pingzhou', -50000000),
(11, 4, 'shanzhou', 'pingzhou', -50000000),
(11, 5, 'pingzhou', 'shanzhou', 50000000),
(11, 6, 'pingzhou', 'haizhou', -50000000),
(11, 7, 'haizhou', 'pingzhou', 50000000),
(11, 8, 'shanzhou', 'pingzhou', 50000000),
(11, 9, 'pingzhou', 'shanzhou', -50000000),
(11, 10, 'pingzhou', 'haizhou', 50000000),
(11, 11, 'haizhou', 'pingzhou', -50000000);
