//! How does the office get a bulletin that it can edit? As DOCX in the form of an official notice, made of plain paragraphs and tables.

use super::compose;
use super::paper::{Align, Block, Cell, Column, Paper, TEXT_WIDTH, Table as Grid};
use crate::price::bulletin::Bulletin;
use crate::report::ReportError;
use crate::text::Lang;
use docx_rs::{
    AlignmentType, BreakType, DocGrid, DocGridType, Docx, Footer, Header, LineSpacing, LineSpacingType, PageMargin, PageNum, Paragraph,
    Run, RunFonts, Shading, ShdType, SpecialIndentType, Table, TableCell, TableCellMargins, TableLayoutType, TableRow, VAlignType,
    WidthType, XMLDocx,
};
use std::io::Cursor;

/// The bulletin as `.docx`.
///
/// # Errors
/// [`ReportError::Document`] if it can't be made.
pub fn docx(bulletin: &Bulletin, lang: Lang) -> Result<Vec<u8>, ReportError> {
    let paper = compose::paper(bulletin, lang);
    // The crate numbers paragraphs by thread: on a thread of its own each document is numbered from one.
    let made = std::thread::scope(|scope| scope.spawn(|| pack(&paper)).join());
    let failed = |why: String| ReportError::Document { format: "DOCX", why };
    made.map_err(|_| failed("the thread stopped".to_owned()))?.map_err(failed)
}

fn pack(paper: &Paper) -> Result<Vec<u8>, String> {
    let mut bytes = Cursor::new(Vec::new());
    finished(document(paper).build(), paper).pack(&mut bytes).map_err(|e| e.to_string())?;
    Ok(bytes.into_inner())
}

/// What the crate has no call for, put into the parts that it made: header rows that repeat, who wrote it, and settings in the
/// order of the schema. Text can't be mistaken for a tag here, the crate has escaped it.
fn finished(mut parts: XMLDocx, paper: &Paper) -> XMLDocx {
    let edit = |part: &mut Vec<u8>, change: &dyn Fn(String) -> String| {
        if let Ok(text) = std::str::from_utf8(part) {
            *part = change(text.to_owned()).into_bytes();
        }
    };
    edit(&mut parts.document, &|text| {
        let mut tables = text.split("<w:tbl>");
        let first = tables.next().unwrap_or_default().to_owned();
        tables.fold(first, |all, table| format!("{all}<w:tbl>{}", table.replacen("<w:trPr>", "<w:trPr><w:tblHeader />", 1)))
    });
    let title = maud::html! { (paper.title) }.into_string();
    let issuer = maud::html! { (paper.issuer) }.into_string();
    edit(&mut parts.doc_props.core, &|text| {
        let named = text.replace("<dc:creator>unknown<", &format!("<dc:creator>{issuer}<"));
        named.replace("</cp:coreProperties>", &format!("<dc:title>{title}</dc:title></cp:coreProperties>"))
    });
    edit(&mut parts.settings, &|text| {
        const EVEN: &str = "<w:evenAndOddHeaders />";
        text.replace(EVEN, "").replacen("<w:compat>", &format!("{EVEN}<w:compat>"), 1)
    });
    parts
}

/// Tenths of a millimetre as twentieths of a point.
const fn twips(tenths: u32) -> u32 {
    tenths * 1440 / 254
}

/// Sizes of type, half points, and the distance of lines, twentieths of a point.
struct Form {
    lang: Lang,
    title: usize,
    text: usize,
    line: i32,
    caption: usize,
    cell: usize,
    note: usize,
}

/// The kinds of type of an official document.
#[derive(Clone, Copy)]
enum Face {
    /// 仿宋, the text.
    Text,
    /// 小标宋, the title.
    Title,
    /// 黑体, headings.
    Heading,
    /// 楷体, the force.
    Kai,
}

impl Form {
    fn of(lang: Lang) -> Self {
        match lang {
            // 22 lines of 16 pt on 225 mm.
            Lang::Zh => Self { lang, title: 44, text: 32, line: 579, caption: 24, cell: 21, note: 18 },
            Lang::En => Self { lang, title: 36, text: 23, line: 330, caption: 21, cell: 19, note: 17 },
        }
    }

    /// What every office in China has; a program without them takes its own of the same kind.
    fn fonts(&self, face: Face) -> RunFonts {
        let east = match face {
            Face::Text => "仿宋",
            Face::Title => "方正小标宋简体",
            Face::Heading => "黑体",
            Face::Kai => "楷体",
        };
        let latin = if self.lang == Lang::Zh && matches!(face, Face::Heading) { "黑体" } else { "Times New Roman" };
        RunFonts::new().ascii(latin).hi_ansi(latin).cs(latin).east_asia(east)
    }

    fn face(&self, face: Face, size: usize) -> Run {
        Run::new().size(size).fonts(self.fonts(face))
    }

    fn run(&self, text: &str, face: Face, size: usize) -> Run {
        self.face(face, size).add_text(text)
    }

    fn paragraph(&self, line: i32) -> Paragraph {
        Paragraph::new().line_spacing(LineSpacing::new().line_rule(LineSpacingType::Exact).line(line).before(0).after(0))
    }

    fn heading(&self, text: &str) -> Paragraph {
        let run = self.run(text, Face::Heading, self.text);
        let run = if self.lang == Lang::En { run.bold() } else { run };
        self.indented(self.paragraph(self.line)).add_run(run).outline_lvl(0).keep_next(true)
    }

    /// Two characters in, as Chinese text is set; English paragraphs are set apart instead.
    fn indented(&self, paragraph: Paragraph) -> Paragraph {
        match self.lang {
            // A character of 16 pt is 320 twentieths of a point.
            Lang::Zh => paragraph.indent(None, Some(SpecialIndentType::FirstLine(640)), None, None),
            Lang::En => paragraph,
        }
    }

    fn text(&self, text: &str, face: Face) -> Paragraph {
        let line = LineSpacing::new().line_rule(LineSpacingType::Exact).line(self.line);
        let after = if self.lang == Lang::Zh { 0 } else { 100 };
        self.indented(Paragraph::new().line_spacing(line.before(0).after(after)))
            .align(AlignmentType::Both)
            .add_run(self.run(text, face, self.text))
    }

    fn centred(&self, text: &str, face: Face, size: usize) -> Paragraph {
        let line = self.line.max(i32::try_from(size).unwrap_or(i32::MAX) * 14);
        self.paragraph(line).align(AlignmentType::Center).add_run(self.run(text, face, size))
    }
}

fn document(paper: &Paper) -> Docx {
    let form = Form::of(paper.lang);
    let margin = |tenths| i32::try_from(twips(tenths)).unwrap_or_default();
    let margins = PageMargin::new().top(margin(370)).bottom(margin(350)).left(margin(280)).right(margin(260));
    let day = paper.day.map_or_else(|| "2000-01-01T00:00:00Z".to_owned(), |day| day.format("%Y-%m-%dT00:00:00Z").to_string());
    let mut document = Docx::new()
        .page_size(twips(2100), twips(2970))
        .page_margin(margins.header(margin(250)).footer(margin(240)))
        .default_size(form.text)
        .default_fonts(form.fonts(Face::Text))
        .created_at(&day)
        .updated_at(&day)
        .footer(footer(&form, AlignmentType::Right))
        .even_footer(footer(&form, AlignmentType::Left));
    if let Some(draft) = &paper.draft {
        let line = || Header::new().add_paragraph(form.centred(&draft.line, Face::Heading, 24));
        document = document.header(line()).even_header(line());
    }
    document.document = document.document.doc_grid(DocGrid::with_empty().grid_type(DocGridType::Default));
    document = head(document, paper, &form);
    for block in &paper.body {
        document = piece(document, block, &form);
    }
    document = document.add_paragraph(form.paragraph(form.line)).add_paragraph(form.text(&paper.see_annex, Face::Text));
    for paragraph in signature(paper, &form) {
        document = document.add_paragraph(paragraph);
    }
    annex(document, paper, &form)
}

/// Page number between dashes: at the right of odd pages, at the left of even ones, one character in.
fn footer(form: &Form, align: AlignmentType) -> Footer {
    let dash = |text: &str| Run::new().add_text(text).size(28).fonts(form.fonts(Face::Text));
    let number = Paragraph::new().align(align).size(28).indent(Some(280), None, Some(280), None);
    Footer::new().add_paragraph(number.add_run(dash("— ")).add_page_num(PageNum::new()).add_run(dash(" —")))
}

fn head(mut document: Docx, paper: &Paper, form: &Form) -> Docx {
    document = document.add_paragraph({
        let title = form.centred(&paper.title, Face::Title, form.title);
        if form.lang == Lang::En { title.bold() } else { title }
    });
    if let Some(number) = &paper.number {
        document = document.add_paragraph(form.centred(number, Face::Text, form.text));
    }
    document = document.add_paragraph(form.centred(&paper.force, Face::Kai, form.text)).add_paragraph(form.paragraph(form.line));
    if let Some(correction) = &paper.correction {
        document = document.add_paragraph(form.text(correction, Face::Kai));
    }
    document
}

fn piece(document: Docx, block: &Block, form: &Form) -> Docx {
    match block {
        Block::Heading(text) => document.add_paragraph(form.heading(text)),
        Block::Paragraph(text) => document.add_paragraph(form.text(text, Face::Text)),
        Block::Table(grid) => {
            let caption = form.run(&grid.caption, Face::Heading, form.caption);
            let caption = Paragraph::new().align(AlignmentType::Center).keep_next(true).add_run(caption);
            let caption = caption.line_spacing(LineSpacing::new().before(160).after(60));
            let mut document = document.add_paragraph(caption).add_table(table(grid, form));
            for note in &grid.notes {
                let note = Paragraph::new().add_run(form.run(note, Face::Text, form.note));
                document = document.add_paragraph(note.line_spacing(LineSpacing::new().before(40).after(0)));
            }
            document
        }
    }
}

fn table(grid: &Grid, form: &Form) -> Table {
    let widths: Vec<usize> = grid.columns.iter().map(|column| twips(column.width) as usize).collect();
    let heads = grid.columns.iter().zip(&widths).map(|(column, width)| {
        let shade = Shading::new().shd_type(ShdType::Clear).color("auto").fill("F2F2F2");
        cell(std::slice::from_ref(&column.head), Align::Centre, *width, form.face(Face::Heading, form.cell)).shading(shade)
    });
    let mut rows = vec![TableRow::new(heads.collect()).cant_split()];
    for row in &grid.rows {
        let cells = row.iter().zip(&grid.columns).zip(&widths);
        let cells = cells.map(|((value, column), width): ((&Cell, &Column), _)| {
            let size = if column.fine { form.note } else { form.cell };
            cell(&value.lines(), column.align, *width, form.face(Face::Text, size))
        });
        rows.push(TableRow::new(cells.collect()).cant_split());
    }
    Table::new(rows)
        .set_grid(widths)
        .width(twips(TEXT_WIDTH) as usize, WidthType::Dxa)
        .layout(TableLayoutType::Fixed)
        .margins(TableCellMargins::new().margin(40, 50, 40, 50))
}

fn cell(lines: &[String], align: Align, width: usize, mut run: Run) -> TableCell {
    for (at, line) in lines.iter().enumerate() {
        if at > 0 {
            run = run.add_break(BreakType::TextWrapping);
        }
        run = run.add_text(line);
    }
    let align = match align {
        Align::Left => AlignmentType::Left,
        Align::Centre => AlignmentType::Center,
        Align::Right => AlignmentType::Right,
    };
    let paragraph = Paragraph::new().align(align).add_run(run).line_spacing(LineSpacing::new().before(0).after(0));
    TableCell::new().width(width, WidthType::Dxa).vertical_align(VAlignType::Center).add_paragraph(paragraph)
}

/// Issuer and date, centred to each other, two characters from the right.
fn signature(paper: &Paper, form: &Form) -> Vec<Paragraph> {
    let wide = |text: &str| text.chars().map(|c| if c < '\u{2E80}' { 1 } else { 2 }).sum::<i32>();
    // Half a character of the text is a quarter of its size in half points, in twentieths of a point: size × 5.
    let half = i32::try_from(form.text).unwrap_or_default() * 5;
    let widest = wide(&paper.issuer).max(wide(&paper.date));
    let room = i32::try_from(twips(TEXT_WIDTH)).unwrap_or_default();
    let left = (room - (widest + 5) * half).max(0);
    let line = |text: &str| {
        let run = form.run(text, Face::Text, form.text);
        form.paragraph(form.line).align(AlignmentType::Center).indent(Some(left), None, Some(4 * half), None).add_run(run)
    };
    vec![form.paragraph(form.line), line(&paper.issuer).keep_next(true), line(&paper.date)]
}

fn annex(document: Docx, paper: &Paper, form: &Form) -> Docx {
    let label = form.run(&paper.annex.label, Face::Heading, form.text);
    let label = form.paragraph(form.line).page_break_before(true).add_run(label);
    let title = form.centred(&paper.annex.title, Face::Title, form.title);
    let title = if form.lang == Lang::En { title.bold() } else { title };
    let document = document.add_paragraph(label).add_paragraph(title.outline_lvl(0));
    paper.annex.blocks.iter().fold(document, |document, block| piece(document, block, form))
}
