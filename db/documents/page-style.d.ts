/**
 * Measures of every printed page, in PostScript points unless it says millimetres.
 *
 * The recipient stands where the windows of E6/5, C6/5, C5 and EC4 envelopes overlap: their windows begin 15 mm from
 * the left and 39–44 mm from the top, the shortest ends at 70 mm, the tallest at 82 mm (measures of Norwegian left-window
 * envelopes: officeconsult.no, «plassering av mottakerfelt i vinduskonvolutter»). So: the recipient at 25 mm, first line
 * at 46 mm, five lines to 69 mm; and nothing about the patient above 88 mm, where a window could show it.
 */
export declare const mm: (value: number) => number;
export declare const page: {
  readonly width: 595.28;
  readonly height: 841.89;
  readonly left: number;
  readonly right: number;
  /** Headings hang in the left column; text of some 68 characters a line stands in the right one. */
  readonly text: number;
  readonly headingWidth: number;
  /** First baseline of a page that continues. */
  readonly top: number;
  /** No line of text below this. */
  readonly bottom: number;
  readonly runningHead: number;
  readonly foot: number;
};
export declare const window: {
  readonly left: number;
  readonly firstBaseline: number;
  readonly width: number;
};
/** Right of the widest window (120 mm). */
export declare const aside: {
  readonly left: number;
  readonly firstBaseline: number;
  readonly width: number;
};
export declare const bodyStart: number;
export interface Style {
  face: 'regular' | 'strong';
  size: number;
  /** Distance from baseline to baseline. */
  leading: number;
  colour: string;
  /** Figures of equal width, for codes and money. */
  tabular?: boolean;
}
export declare const styles: {
  readonly body: {
    readonly face: 'regular';
    readonly size: 10;
    readonly leading: 14.5;
    readonly colour: '#14181a';
  };
  readonly strong: {
    readonly face: 'strong';
    readonly size: 10;
    readonly leading: 14.5;
    readonly colour: '#14181a';
  };
  readonly figures: {
    readonly face: 'regular';
    readonly size: 10;
    readonly leading: 14.5;
    readonly colour: '#14181a';
    readonly tabular: true;
  };
  readonly strongFigures: {
    readonly face: 'strong';
    readonly size: 10;
    readonly leading: 14.5;
    readonly colour: '#14181a';
    readonly tabular: true;
  };
  readonly heading: {
    readonly face: 'strong';
    readonly size: 9;
    readonly leading: 13;
    readonly colour: '#566066';
  };
  readonly headingAgain: {
    readonly face: 'regular';
    readonly size: 9;
    readonly leading: 13;
    readonly colour: '#566066';
  };
  readonly title: {
    readonly face: 'strong';
    readonly size: 20;
    readonly leading: 24;
    readonly colour: '#14181a';
  };
  readonly name: {
    readonly face: 'strong';
    readonly size: 12;
    readonly leading: 15;
    readonly colour: '#14181a';
  };
  readonly clinic: {
    readonly face: 'strong';
    readonly size: 12;
    readonly leading: 15;
    readonly colour: '#14181a';
  };
  readonly clinicLong: {
    readonly face: 'strong';
    readonly size: 9;
    readonly leading: 12;
    readonly colour: '#14181a';
  };
  readonly small: {
    readonly face: 'regular';
    readonly size: 8;
    readonly leading: 11.5;
    readonly colour: '#566066';
  };
  readonly address: {
    readonly face: 'regular';
    readonly size: 10;
    readonly leading: number;
    readonly colour: '#14181a';
  };
  readonly label: {
    readonly face: 'regular';
    readonly size: 8;
    readonly leading: 11.5;
    readonly colour: '#566066';
  };
  readonly note: {
    readonly face: 'regular';
    readonly size: 9;
    readonly leading: 13;
    readonly colour: '#566066';
  };
  readonly signed: {
    readonly face: 'regular';
    readonly size: 9;
    readonly leading: 16;
    readonly colour: '#566066';
  };
  readonly warning: {
    readonly face: 'strong';
    readonly size: 10;
    readonly leading: 14.5;
    readonly colour: '#a61b1b';
  };
  readonly watermark: {
    readonly face: 'strong';
    readonly size: 58;
    readonly leading: 58;
    readonly colour: '#eeeeee';
  };
};
export declare const rule: {
  readonly colour: '#c9cfd2';
  readonly width: 0.5;
};
