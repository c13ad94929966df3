"""What is said of a file that was not taken: what it is, and the cure, in both languages."""

from collections.abc import Mapping

from anye.flow.texts import Text

_SAVE_ANEW = "请在 Excel 或 WPS 中打开，另存为 .xlsx 后再上传。"
_SAVE_ANEW_EN = "Open it in Excel or WPS, save it as .xlsx and hand it in again."
_NAME_IT = (
    "请在上传时选定名单种类（命令行用 --source），或下载该名单的空白表，按其表头填写。",
    "Choose the register when you hand the file in (--source on the command line), or use the headings of its blank sheet.",
)

FILE_FAULTS: Mapping[str, Text] = {
    "empty_file": Text(
        "文件是空的，没有任何内容。", "The file is empty: there is nothing in it.",
        "请检查导出是否完成，重新导出后再上传。", "Check that the export was finished, and export it anew.",
    ),
    "not_a_table": Text(
        "文件不是表格，无法按行读取。", "The file is no table, so it has no rows to read.",
        "请上传 .xlsx、.xls、.ods 或 .csv 文件。", "Hand in an .xlsx, .xls, .ods or .csv file.",
    ),
    "not_a_table:binary": Text(
        "文件内容不是文字也不是工作簿，无法读取。", "The file holds neither text nor a workbook, so it cannot be read.",
        "请从原系统重新导出为 .xlsx 或 .csv。", "Export it anew from where it came, as .xlsx or .csv.",
    ),
    "not_a_table:long_line": Text(
        "文件里有一行过长，不像表格。", "A line of the file is far too long for a table.",
        "请从原系统重新导出为 .xlsx 或 .csv。", "Export it anew from where it came, as .xlsx or .csv.",
    ),
    "not_a_table:xml": Text(
        "文件是 XML 数据，不是表格。", "The file is XML data, not a table.", _SAVE_ANEW, _SAVE_ANEW_EN,
    ),
    "not_a_table:pdf": Text(
        "文件是 PDF，不是表格。", "The file is a PDF, not a table.",
        "请向提供单位索取 Excel 原件。", "Ask whoever sent it for the spreadsheet itself.",
    ),
    "not_a_table:document": Text(
        "文件是文档（如 Word），不是表格。", "The file is a document, such as Word's, and not a table.",
        "请把其中的表格复制到 Excel，存为 .xlsx 后再上传。", "Copy its table into a spreadsheet and save that as .xlsx.",
    ),
    "not_a_table:image": Text(
        "文件是图片，不是表格。", "The file is a picture, not a table.",
        "请向提供单位索取 Excel 原件。", "Ask whoever sent it for the spreadsheet itself.",
    ),
    "not_a_table:archive": Text(
        "文件是压缩包，不是表格。", "The file is an archive, not a table.",
        "请先解压，再逐个上传里面的表格。", "Unpack it and hand in the tables inside, one by one.",
    ),
    "html_as_xls": Text(
        "文件名像 Excel，内容其实是网页或旧式 XML。", "The file is named like a workbook, but holds a web page or old XML.",
        _SAVE_ANEW, _SAVE_ANEW_EN,
    ),
    "encrypted_workbook": Text(
        "工作簿设有打开密码，无法读取。", "The workbook is locked with a password, so it cannot be read.",
        "请在 Excel 中取消密码保护，保存后再上传。", "Take the password off in Excel, save it and hand it in again.",
    ),
    "zip_bomb": Text(
        "工作簿解压后过大，为安全起见没有打开。", "Unpacked, the workbook would be far too large; it was not opened.",
        "请删去多余的工作表和空白格式，或另存为 .csv 后再上传。",
        "Delete sheets and empty formatted cells that nobody needs, or save it as .csv.",
    ),
    "damaged": Text(
        "文件已损坏，无法完整读取，没有取用任何一行。", "The file is damaged and cannot be read to its end; nothing was taken.",
        "请重新复制或导出；能用 Excel 打开的，修复后另存再上传。",
        "Copy or export it anew; if Excel can open it, let it repair the file and save it.",
    ),
    "unsafe_xml": Text(
        "工作簿里含有不安全的 XML 内容，为安全起见没有读取。", "The workbook holds unsafe XML and was not read.",
        _SAVE_ANEW, _SAVE_ANEW_EN,
    ),
    "too_large": Text(
        "文件太大，读取时超出了时间或内存的限度，没有取用任何一行。",
        "The file is too large to be read within the limits of time and memory; nothing was taken.",
        "请另存为 .csv，或按镇街、月份拆成几个文件。", "Save it as .csv, or split it by town or by month.",
    ),
    "too_large:upload": Text(
        "文件超过 200 MB，没有接收。", "The file is larger than 200 MB and was not accepted.",
        "请另存为 .csv，或按镇街、月份拆成几个文件。", "Save it as .csv, or split it by town or by month.",
    ),
    "encoding_unknown": Text(
        "第 {line} 行的文字编码无法识别。", "The text encoding of line {line} is not known.",
        "请用 Excel 打开并另存为 .xlsx，或用记事本另存为 UTF-8 编码。",
        "Open it in a spreadsheet and save it as .xlsx, or save the text as UTF-8.",
    ),
    "too_many_columns": Text(
        "表格有 {columns} 列，超过 {limit} 列的限度。", "The table has {columns} columns; at most {limit} are read.",
        "请删去右侧的空列或多余的列后再上传。", "Delete empty or needless columns at its right.",
    ),
    "no_rows": Text(
        "表头下面没有数据行。", "There are no rows below the headings.",
        "请检查导出时是否选了数据，或数据是否在另一个工作表里。", "Check that the export had rows, or that they are not on another sheet.",
    ),
    "loaded_whole": Text(
        "在您查看之后，同一个文件已被他人按另一种选择加载，您选定不加载的行没有去掉。",
        "Since you looked at it the same file was loaded with another choice of rows: those that you left out were not left out.",
        "请在“台账与数据”中找到该次加载；如仍要去掉这些行，请先撤回该次加载，再重新上传并查看。",
        "Find that load among the registers; to have these rows out, withdraw it, then hand the file in and look at it again.",
    ),
    "no_such_sheet": Text(
        "文件里没有名为“{sheet}”的工作表。现有：{sheets}。", "There is no sheet named “{sheet}”. The file has: {sheets}.",
        "请改用其中一个名称。", "Use one of these names.",
    ),
    "heading_unknown": Text(
        "没有认出表头；与最接近的台账相比，缺少这些列：{missing}。",
        "No heading row was recognised; compared with the nearest register these columns are missing: {missing}.",
        "请补上缺少的列名，或按空白表的表头填写；只是叫法不同的，请在网站上传后指明各列的含义；"
        "是别的名单的，请在上传时选定（命令行用 --source）。",
        "Add the missing headings, or use those of its blank sheet; "
        "if they are only called otherwise, hand it in on the site and say there what the columns mean; "
        "if it is another register, choose it (--source) when handing in.",
    ),
    "heading_unknown:unnamed": Text(
        "表头有姓名和身份证号，但看不出是哪一种名单（例如没有“{missing}”列）。",
        "The headings hold names and ID numbers, but nothing that tells which register it is (no column such as {missing}).", *_NAME_IT,
    ),
    "heading_unknown:others": Text(
        "“{others}”是另一种名单才有的列，而凭其余的列又认不出是哪一种。",
        "“{others}” belongs to another kind of register, and the other columns do not tell which.", *_NAME_IT,
    ),
    "reader_failed": Text(
        "读取这份文件时程序出了没有预料到的错误（{error} {place}），没有取用任何一行。",
        "Reading the file met an error that nobody foresaw ({error} {place}); nothing was taken.",
        "请另存为 .xlsx 或 .csv 再上传；还不行，请把这句话告诉系统管理员。",
        "Save it as .xlsx or .csv and hand it in again; if that fails too, tell the administrator this sentence.",
    ),
    "heading_unknown:none": Text(
        "前 30 行里没有一行像台账的表头。", "None of the first 30 lines looks like the heading of a register.",
        "请下载空白表，按其表头填写；表头请放在最前面。", "Download the blank sheet and use its headings, in the first lines.",
    ),
    "heading_unknown:garbled": Text(
        "前几行的文字是乱码，没有认出表头；文件曾按错误的编码另存。",
        "The first lines are garbled, so no heading was recognised: the file was saved in a wrong encoding.",
        "请从原系统重新导出为 .xlsx；不要再次另存这份文件。",
        "Export it anew from where it came, as .xlsx; saving this file again does not help.",
    ),
    "unknown_source": Text(
        "没有名为“{source}”的数据来源。现有：{known}。", "There is no source named “{source}”. There are: {known}.",
        "请改用其中一个名称。", "Use one of these names.",
    ),
    "duty_ended": Text(
        "上传人的岗位职责已结束，文件没有加载。", "The duty under which the file was handed in has ended; it was not loaded.",
        "请由在岗人员重新上传。", "Let somebody whose duty is in force hand it in again.",
    ),
    "job_failed": Text(
        "系统多次尝试，仍没能加载这份文件，没有取用任何一行。",
        "The site tried several times and could not load the file; nothing was taken.",
        "请重新上传；再次失败时，请告诉系统管理员。", "Hand it in again; if that fails too, tell the administrator.",
    ),
    "loaded_elsewhere": Text(
        "另一进程一直在加载同一份文件，这次没有再加载。",
        "Another process kept loading the same file, so it was not loaded once more.",
        "请等它结束，再看“台账与数据”；没有加载成功时重新上传。",
        "Wait for it to end, then look at the registers; hand the file in again if it was not loaded.",
    ),
}  # fmt: skip
