//! Files as they come: encodings, separators, spreadsheets, halves, bombs.

use std::io::{Cursor, Write as _};

use super::*;
use crate::kind::ImportKind;
use crate::mapping::by_name;
use crate::table::{RawRow, Survey, rows_after, survey};
use shian_base::Error;
use zip::write::SimpleFileOptions;

fn look(bytes: &[u8]) -> Result<Survey, String> {
    survey(&mut Cursor::new(bytes.to_vec()), &|heading| by_name(ImportKind::Businesses, heading).is_some()).map_err(|error| {
        match error {
            Error::Invalid(faults) => format!("{}: {}", faults[0].code, faults[0].message),
            other => panic!("{other}"),
        }
    })
}
fn rows(bytes: &[u8], after: i64) -> Vec<RawRow> {
    let mut all = Vec::new();
    rows_after(&mut Cursor::new(bytes.to_vec()), after, &mut |row| {
        all.push(row);
        Ok(true)
    })
    .unwrap();
    all
}

const PLAIN: &str = "名称,地址\n王记面馆,石桥街42号\n福满楼,\"西门街8号,一层\"\n";

#[test]
fn a_text_is_read_in_the_encodings_and_separators_of_offices() {
    let gbk = encoding_rs::GBK.encode(PLAIN).0.into_owned();
    let gb18030 = encoding_rs::GB18030.encode(&PLAIN.replace("王记", "𠮷记")).0.into_owned();
    let utf16: Vec<u8> = [0xff, 0xfe].into_iter().chain(PLAIN.encode_utf16().flat_map(u16::to_le_bytes)).collect();
    for (what, bytes, format) in [
        ("plain", PLAIN.as_bytes().to_vec(), "CSV · UTF-8 · 逗号分隔"),
        ("with a mark", format!("\u{feff}{PLAIN}").into_bytes(), "CSV · UTF-8 · 逗号分隔"),
        ("GBK", gbk, "CSV · GBK · 逗号分隔"),
        ("GB18030", gb18030, "CSV · GBK · 逗号分隔"),
        ("UTF-16", utf16, "CSV · UTF-16LE · 逗号分隔"),
        ("CRLF", PLAIN.replace('\n', "\r\n").into_bytes(), "CSV · UTF-8 · 逗号分隔"),
        ("semicolons", "名称;地址\n王记面馆;石桥街42号\n福满楼;西门街8号,一层\n".as_bytes().to_vec(), "CSV · UTF-8 · 分号分隔"),
        ("tabs", "名称\t地址\n王记面馆\t石桥街42号\n福满楼\t西门街8号,一层\n".as_bytes().to_vec(), "CSV · UTF-8 · 制表符分隔"),
    ] {
        let found = look(&bytes).unwrap();
        assert_eq!((found.format.as_str(), found.rows), (format, 2), "{what}");
        assert_eq!(found.headings, ["名称", "地址"], "{what}");
        assert_eq!(rows(&bytes, 2)[0], RawRow { line: 3, cells: vec!["福满楼".into(), "西门街8号,一层".into()] }, "{what}");
    }
}

#[test]
fn titles_above_the_headings_and_empty_rows_are_passed_over() {
    let found = look("柳溪市食品经营主体名单,\n,\n名称,地址\n王记面馆,石桥街42号\n,\n\n福满楼,西门街8号\n".as_bytes()).unwrap();
    assert_eq!((found.headings_line, found.rows, found.samples.len()), (3, 2, 2));
    assert_eq!(found.samples[1].line, 7, "lines are those a person counts");
}

#[test]
fn what_is_no_table_is_refused_with_a_reason() {
    let wide = format!("{}\n", vec!["列"; 201].join(","));
    let mut bad_utf8 = b"\xef\xbb\xbf".to_vec();
    bad_utf8.extend(b"a,b\n\xff\xff\n");
    for (what, bytes, code) in [
        ("nothing", vec![], "imports.empty"),
        ("only blanks", b"\n\n , \n".to_vec(), "imports.empty"),
        ("a picture", b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR".to_vec(), "imports.encoding"),
        ("bytes of no encoding", b"\xff\xff\xff,\x80\x80\n".to_vec(), "imports.encoding"),
        ("a mark that lies", bad_utf8, "imports.encoding"),
        ("an old spreadsheet", b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1".to_vec(), "imports.old_excel"),
        ("half an archive", b"PK\x03\x04\x14\0\0\0".to_vec(), "imports.xlsx"),
        ("201 columns", wide.into_bytes(), "imports.too_wide"),
    ] {
        let refused = look(&bytes).unwrap_err();
        assert!(refused.starts_with(code), "{what}: {refused}");
    }
}

#[test]
fn a_text_cut_off_in_the_middle_of_a_letter_is_read_up_to_there() {
    let gbk = encoding_rs::GBK.encode(PLAIN).0.into_owned();
    for bytes in [&PLAIN.as_bytes()[..PLAIN.len() - 4], &gbk[..gbk.len() - 3]] {
        assert_eq!(look(bytes).unwrap().rows, 2);
    }
}

/// A spreadsheet of one sheet: each cell is (reference, XML of the cell).
fn xlsx(rows: &str, strings: &str) -> Vec<u8> {
    let mut zip = zip::ZipWriter::new(Cursor::new(Vec::new()));
    for (name, text) in [
        ("[Content_Types].xml", r#"<?xml version="1.0"?><Types xmlns="http://schemas.openxmlformats.org/package/2006/content-types"><Default Extension="xml" ContentType="application/xml"/></Types>"#.to_owned()),
        ("_rels/.rels", r#"<?xml version="1.0"?><Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships"><Relationship Id="rId1" Type="http://schemas.openxmlformats.org/officeDocument/2006/relationships/officeDocument" Target="xl/workbook.xml"/></Relationships>"#.to_owned()),
        ("xl/workbook.xml", r#"<?xml version="1.0"?><workbook xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main" xmlns:r="http://schemas.openxmlformats.org/officeDocument/2006/relationships"><sheets><sheet name="名单" sheetId="1" r:id="rId1"/></sheets></workbook>"#.to_owned()),
        ("xl/_rels/workbook.xml.rels", r#"<?xml version="1.0"?><Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships"><Relationship Id="rId1" Type="http://schemas.openxmlformats.org/officeDocument/2006/relationships/worksheet" Target="worksheets/sheet1.xml"/><Relationship Id="rId2" Type="http://schemas.openxmlformats.org/officeDocument/2006/relationships/sharedStrings" Target="sharedStrings.xml"/><Relationship Id="rId3" Type="http://schemas.openxmlformats.org/officeDocument/2006/relationships/styles" Target="styles.xml"/></Relationships>"#.to_owned()),
        ("xl/styles.xml", r#"<?xml version="1.0"?><styleSheet xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main"><cellXfs count="2"><xf numFmtId="0"/><xf numFmtId="14"/></cellXfs></styleSheet>"#.to_owned()),
        ("xl/sharedStrings.xml", format!(r#"<?xml version="1.0"?><sst xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main">{strings}</sst>"#)),
        ("xl/worksheets/sheet1.xml", format!(r#"<?xml version="1.0"?><worksheet xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main"><sheetData>{rows}</sheetData></worksheet>"#)),
    ] {
        zip.start_file(name, SimpleFileOptions::default()).unwrap();
        zip.write_all(text.as_bytes()).unwrap();
    }
    zip.finish().unwrap().into_inner()
}

const SHEET: &str = r#"<row r="1"><c r="A1" t="s"><v>0</v></c><c r="B1" t="inlineStr"><is><t>地址</t></is></c><c r="C1" t="inlineStr"><is><t>成立日期</t></is></c><c r="D1" t="inlineStr"><is><t>电话</t></is></c></row>
<row r="3"><c r="A3" t="str"><f>HYPERLINK("http://evil.example","x")</f><v>王记面馆</v></c><c r="B3" t="inlineStr"><is><t>石桥街42号</t></is></c><c r="C3" s="1"><v>45036</v></c><c r="D3"><v>13800002206</v></c></row>
<row r="4"><c r="A4" t="e"><f>1/0</f><v>#DIV/0!</v></c><c r="C4"><v>45036</v></c></row>"#;

#[test]
fn a_spreadsheet_is_read_by_values_with_its_own_line_numbers() {
    let book = xlsx(SHEET, "<si><t>名称</t></si>");
    let found = look(&book).unwrap();
    assert_eq!((found.format.as_str(), found.rows), ("XLSX · 工作表“名单”", 2));
    let rows = rows(&book, 1);
    assert_eq!(rows[0], RawRow { line: 3, cells: ["王记面馆", "石桥街42号", "2023-04-20", "13800002206"].map(str::to_owned).into() });
    assert_eq!(rows[1].cells, ["#DIV/0!", "", "45036"]);
}

#[test]
fn half_a_spreadsheet_and_one_with_a_missing_part_are_refused() {
    let book = xlsx(SHEET, "<si><t>名称</t></si>");
    for cut in [5, book.len() / 4, book.len() / 2, book.len() - 10] {
        assert!(look(&book[..cut]).unwrap_err().starts_with("imports.xlsx"), "{cut}");
    }
    let mut empty = zip::ZipWriter::new(Cursor::new(Vec::new()));
    empty.start_file("../../etc/passwd", SimpleFileOptions::default()).unwrap();
    let empty = empty.finish().unwrap().into_inner();
    assert!(look(&empty).unwrap_err().starts_with("imports.xlsx"));
    let wide = r#"<row r="1"><c r="ZZ1" t="inlineStr"><is><t>x</t></is></c></row>"#;
    assert!(look(&xlsx(wide, "")).unwrap_err().starts_with("imports.too_wide"));
}

#[test]
fn a_spreadsheet_that_unpacks_to_a_gigabyte_is_not_unpacked() {
    // It says of itself that it is a gigabyte.
    let mut claims = xlsx(SHEET, "<si><t>名称</t></si>");
    let at = claims.windows(4).rposition(|four| four == b"PK\x01\x02").unwrap();
    claims[at + 24..at + 28].copy_from_slice(&(1u32 << 30).to_le_bytes());
    assert!(look(&claims).unwrap_err().starts_with("imports.too_big"));

    // It says of itself that it is small: what it unpacks to is counted, whatever it says.
    let mut zip = zip::ZipWriter::new(Cursor::new(Vec::new()));
    zip.start_file("xl/sharedStrings.xml", SimpleFileOptions::default()).unwrap();
    zip.write_all(&vec![b' '; 4 << 20]).unwrap();
    let mut bomb = zip.finish().unwrap().into_inner();
    assert!(bomb.len() < 64 << 10, "a small file: {} bytes", bomb.len());
    let weigh = |bytes: &[u8]| crate::table::xlsx::weigh(&mut Cursor::new(bytes.to_vec()), 1 << 20);
    assert!(format!("{:?}", weigh(&bomb).unwrap_err()).contains("imports.too_big"));
    let at = bomb.windows(4).rposition(|four| four == b"PK\x01\x02").unwrap();
    bomb[at + 24..at + 28].copy_from_slice(&100u32.to_le_bytes());
    assert!(matches!(weigh(&bomb), Err(Error::Invalid(_))));
    assert!(weigh(&xlsx(SHEET, "")).is_ok());
}

#[tokio::test]
async fn a_row_that_was_cut_off_is_refused_and_the_rows_before_it_come_in() {
    let fresh = shian_testkit::FreshDb::sqlite(&migrations()).await;
    let hall = hall(&fresh.db).await;
    let cut = format!("{HEAD}{}{}", shop(1, "甲"), &shop(2, "乙")[..58]);
    let import = hall.bring("businesses", "other", cut.as_bytes()).await;
    assert_eq!(counts(&import), [1, 0, 0, 1], "{import}");
    assert!(hall.errors(&import).await.contains("文件没有传完"));
    // A quote that is never closed swallows what follows; that row is refused.
    let open = format!("{HEAD}{}\"丙,{}", shop(3, "乙"), shop(4, "丁"));
    assert_eq!(counts(&hall.bring("businesses", "other", open.as_bytes()).await), [1, 0, 0, 1]);
    let sent = hall.send("businesses", "../../etc/passwd", cut.as_bytes()).await;
    assert_eq!(sent.json["file_name"], "passwd");
    for (kind, bytes) in [("cats", cut.as_bytes()), ("businesses", b"".as_slice())] {
        assert_eq!(hall.send(kind, "a.csv", bytes).await.status, StatusCode::UNPROCESSABLE_ENTITY, "{kind}");
    }
}
