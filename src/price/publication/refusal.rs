//! Why may this not be done now, and what is to be done instead?

/// A step that the order of publication does not allow.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Refusal {
    /// A name that names nobody.
    #[error("“{given}”不是人名；请用 --by 写明经办人姓名 / \"{given}\" names nobody; give the name of the person with --by")]
    Nobody {
        /// As given.
        given: String,
    },
    /// A reason is missing.
    #[error("须用 --reason 写明理由 / a reason is needed: --reason TEXT")]
    NoReason,
    /// A public text would name a party of a sale.
    #[error(
        "理由将公开，不能写出买卖双方或合同号（{named}）；请改写后重试 / the reason becomes public and may not name a party of a sale or a contract ({named}); word it without"
    )]
    NamesSomebody {
        /// What it names.
        named: String,
    },
    /// No such draft.
    #[error("没有编号为 {id} 的草案；lepid price bulletins 列出全部草案 / there is no draft {id}; `lepid price bulletins` lists them")]
    NoSuchDraft {
        /// As given.
        id: String,
    },
    /// No such bulletin.
    #[error(
        "没有文号为 {number} 的通告；lepid price bulletins 列出全部通告 / there is no bulletin {number}; `lepid price bulletins` lists them"
    )]
    NoSuchBulletin {
        /// As given.
        number: String,
    },
    /// No such period in the data.
    #[error(
        "数据中没有 {period} 这一期；有数据的是 {known}；请先导入该期的销售和报价，或改写 --period / the records have no period {period}; they have {known}; load its sales and quotations first, or write another --period"
    )]
    NoSuchPeriod {
        /// As given.
        period: String,
        /// The first and last ones.
        known: String,
    },
    /// The period goes on.
    #[error("{period} 至 {to} 才结束；请在次日起拟稿 / {period} ends on {to} only; draft it from the day after")]
    NotEnded {
        /// The period.
        period: String,
        /// Its last day.
        to: String,
    },
    /// A period before it has no bulletin yet.
    #[error(
        "{after} 之后、{period} 之前尚有一期未发布；请按顺序先发布该期 / a period between {after} and {period} is not published yet; publish that one first"
    )]
    EarlierUnpublished {
        /// The period.
        period: String,
        /// The last published one.
        after: String,
    },
    /// The period is from before the first bulletin.
    #[error(
        "首次发布的是 {first}，{period} 在此之前，不再补发 / the first bulletin was that of {first}; {period} lies before it and is not published afterwards"
    )]
    BeforeFirst {
        /// The period.
        period: String,
        /// The first published one.
        first: String,
    },
    /// The period has a bulletin.
    #[error(
        "{period} 已发布为 {number}，不得改动；如有误请用 lepid price correct {number} 更正 / {period} is published as {number} and never changes; if it is wrong: `lepid price correct {number}`"
    )]
    PeriodPublished {
        /// The period.
        period: String,
        /// Its bulletin.
        number: String,
    },
    /// The draft is published.
    #[error("草案 {id} 已发布为 {number}，不能再次处理 / draft {id} is published as {number}; nothing more can be done to it")]
    DraftPublished {
        /// The draft.
        id: String,
        /// Its bulletin.
        number: String,
    },
    /// The draft was rejected or withdrawn.
    #[error(
        "草案 {id} 已被退回或撤回；请重新拟稿：lepid price draft / draft {id} was rejected or withdrawn; draft anew: `lepid price draft`"
    )]
    DraftClosed {
        /// The draft.
        id: String,
    },
    /// The drafter reviews.
    #[error("{person} 是草案 {id} 的拟稿人，不能复核；请由另一人复核 / {person} drafted {id} and can't review it; another person has to")]
    OwnDraft {
        /// The draft.
        id: String,
        /// Who.
        person: String,
    },
    /// Reviewed before.
    #[error(
        "草案 {id} 已由 {person} 复核；下一步：lepid price publish {id} / draft {id} was reviewed by {person}; next: `lepid price publish {id}`"
    )]
    Reviewed {
        /// The draft.
        id: String,
        /// By whom.
        person: String,
    },
    /// Not reviewed.
    #[error(
        "草案 {id} 尚未由第二人复核；请先 lepid price review {id} --by 复核人 / draft {id} has not been reviewed by a second person; first `lepid price review {id} --by NAME`"
    )]
    NotReviewed {
        /// The draft.
        id: String,
    },
    /// No issuer.
    #[error(
        "政策未设定发布单位；请在政策文件 [price.publication] 写明 issuer 后重新拟稿、复核 / the policy names no issuer; set `issuer` under [price.publication], then draft and review again"
    )]
    NoIssuer,
    /// Another issuer's bulletin bears the number.
    #[error(
        "文号 {number} 已由另一发布单位使用；请在 [price.publication] 设定 number_word 以示区别，再重新拟稿 / the number {number} is that of another issuer's bulletin; set `number_word` under [price.publication], then draft again"
    )]
    NumberTaken {
        /// The number.
        number: String,
    },
    /// The bulletin has been corrected.
    #[error("{number} 已由 {by} 更正；请更正 {by} / {number} has been corrected by {by}; correct that one")]
    CorrectedAlready {
        /// The bulletin.
        number: String,
        /// Its correction.
        by: String,
    },
    /// The inputs have changed.
    #[error(
        "草案 {id} 拟稿之后，本期的销售、报价或企业名录有变动（现 {now}，拟稿时 {then}）；请重新拟稿、复核 / the sales, quotations or registers of the period have changed since draft {id} (hash now {now}, then {then}); draft and review again"
    )]
    InputsChanged {
        /// The draft.
        id: String,
        /// Hash now.
        now: String,
        /// Hash then.
        then: String,
    },
    /// The policy has changed.
    #[error(
        "政策已不是草案 {id} 所用的政策；请用 --policy 给出原政策，或重新拟稿、复核 / the policy is not the one of draft {id}; give that one with --policy, or draft and review again"
    )]
    PolicyChanged {
        /// The draft.
        id: String,
    },
    /// Another program.
    #[error(
        "草案 {id} 由 {then} 生成，现在是 {now}；请重新拟稿、复核 / draft {id} was made by {then}, this is {now}; draft and review again"
    )]
    ProgramChanged {
        /// The draft.
        id: String,
        /// The program now.
        now: String,
        /// The program then.
        then: String,
    },
    /// The same inputs give something else: a fault, said instead of published.
    #[error(
        "草案 {id} 按相同输入重算的结果不同；未发布，请报告此问题 / draft {id} comes out differently from the same inputs; nothing was published, please report it"
    )]
    NotReproduced {
        /// The draft.
        id: String,
    },
    /// The method has changed unannounced.
    #[error(
        "定价方法自上期通告后有变动（{keys}），但没有已施行的公告；请在政策中写入 [[price.publication.change]]（from 在 {after} 之后、不晚于 {from}，以及 zh、en）或恢复原参数 / the method has changed since the last bulletin ({keys}) without an announced change in force; add a [[price.publication.change]] (from after {after} and not after {from}, with zh and en), or restore the parameters"
    )]
    MethodChanged {
        /// The keys that differ.
        keys: String,
        /// First day of the last bulletin's period.
        after: String,
        /// First day of the period.
        from: String,
    },
    /// A judgement on something that is not priced.
    #[error(
        "没有 {what} 这个产品或等级；请写作 产品 或 产品/等级，如 {example} / there is no product or class {what}; write PRODUCT or PRODUCT/CLASS, for example {example}"
    )]
    NoSuchTarget {
        /// As given.
        what: String,
        /// One that there is.
        example: String,
    },
    /// A judgement that decides nothing.
    #[error(
        "{what} 的价格无须批准（不是 D 级，或价格本无变动）；请去掉 --approve-move / the price of {what} needs no approval (it is not of tier D, or it does not move); leave --approve-move out"
    )]
    NothingToApprove {
        /// As given.
        what: String,
    },
    /// A hold without anything to hold at.
    #[error(
        "{what} 没有上期价格可维持，或价格本无变动；请去掉 --hold / there is no earlier price of {what} to hold at, or it does not move; leave --hold out"
    )]
    NothingToHold {
        /// As given.
        what: String,
    },
    /// Two judgements on one price.
    #[error("{what} 同时有两项相反的判断；请只留一项 / there are two contrary judgements on {what}; keep one")]
    Contrary {
        /// As given.
        what: String,
    },
    /// The error is in the log.
    #[error("{number} 的这一差错已在公开差错记录中 / this error of {number} is in the public error log already")]
    Logged {
        /// The bulletin.
        number: String,
    },
    /// The bulletin is right.
    #[error(
        "{number} 按现有数据重算结果相同，无须更正 / {number} comes out the same from the present records; there is nothing to correct"
    )]
    NothingToCorrect {
        /// The bulletin.
        number: String,
    },
    /// No product has anything to say.
    #[error(
        "{period} 没有任何产品有价格或成交，无可发布；请先导入该期的销售和报价 / no product has a price or a sale in {period}; load its sales and quotations first"
    )]
    NothingToPublish {
        /// The period.
        period: String,
    },
    /// A stored event that does not follow from those before it.
    #[error("通告记录第 {event} 条不合程序：{what} / event {event} of the bulletins does not follow: {what}")]
    Stored {
        /// The event.
        event: u64,
        /// Why.
        what: String,
    },
}
