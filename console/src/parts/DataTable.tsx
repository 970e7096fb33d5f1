import { Skeleton, Table, TextInput } from "@mantine/core";
import { IconArrowDown, IconArrowUp, IconSearch } from "@tabler/icons-react";
import { type KeyboardEvent, type ReactNode, useMemo, useState } from "react";
import { useTranslation } from "react-i18next";
import classes from "./DataTable.module.css";
import { type Direction, filtered, type Sortable, sorted } from "./rows";

export interface Column<Row> {
  key: string;
  title: string;
  /** What is sorted and searched by; what is shown, too, without `render`. */
  value: (row: Row) => Sortable;
  render?: (row: Row) => ReactNode;
  /** Explains the figure on hover. */
  hint?: string;
  align?: "left" | "right" | "center";
  width?: number | string;
  sortable?: boolean;
}

interface Props<Row> {
  /** Names the table for those who cannot see it. */
  label: string;
  columns: Column<Row>[];
  /** undefined: still loading. */
  rows: readonly Row[] | undefined;
  rowKey: (row: Row) => string | number;
  /** Enter or click. */
  onOpen?: (row: Row) => void;
  selected?: string | number | null;
  empty: ReactNode;
  initialSort?: { key: string; direction: Direction };
  /** Shows a search field over all columns. */
  search?: boolean;
  /** Beside the search field. */
  tools?: ReactNode;
  height?: number | string;
}

/** A dense table: sort by heading, search, arrow keys between rows, Enter opens. */
export function DataTable<Row>(props: Props<Row>) {
  const { columns, rows, rowKey, onOpen, selected, empty, search, tools } = props;
  const { t } = useTranslation("parts");
  const [sort, setSort] = useState(props.initialSort ?? null);
  const [wanted, setWanted] = useState("");
  const shown = useMemo(() => {
    if (!rows) return undefined;
    const found = filtered(rows, wanted, (row) => columns.map((column) => column.value(row)));
    const by = sort && columns.find((column) => column.key === sort.key);
    return by ? sorted(found, by.value, sort.direction) : found;
  }, [rows, wanted, sort, columns]);

  const focusable = Boolean(onOpen) || columns.some((column) => column.sortable !== false);
  const turn = (key: string) =>
    setSort((old) =>
      old?.key === key
        ? { key, direction: old.direction === "ascending" ? "descending" : "ascending" }
        : { key, direction: "ascending" },
    );

  return (
    <div className={classes.whole}>
      {(search || tools) && (
        <div className={classes.tools}>
          {search && (
            <TextInput
              w={240}
              value={wanted}
              onChange={(event) => setWanted(event.currentTarget.value)}
              placeholder={t("search")}
              aria-label={t("search")}
              leftSection={<IconSearch size={14} />}
            />
          )}
          {tools}
        </div>
      )}
      {/* With nothing in it to go to, the keyboard could not scroll it otherwise. */}
      <div
        className={classes.scroll}
        style={{ maxHeight: props.height }}
        tabIndex={focusable ? undefined : 0}
      >
        <Table stickyHeader highlightOnHover aria-label={props.label} className={classes.table}>
          <Table.Thead>
            <Table.Tr>
              {columns.map((column) => (
                <Heading
                  key={column.key}
                  column={column}
                  direction={sort?.key === column.key ? sort.direction : undefined}
                  onSort={column.sortable === false ? undefined : () => turn(column.key)}
                />
              ))}
            </Table.Tr>
          </Table.Thead>
          <Table.Tbody onKeyDown={moveFocus}>
            {!shown && <Loading columns={columns.length} />}
            {shown?.map((row) => (
              <Table.Tr
                key={rowKey(row)}
                tabIndex={onOpen ? 0 : undefined}
                className={onOpen ? classes.opens : undefined}
                data-selected={selected === rowKey(row) || undefined}
                aria-selected={onOpen ? selected === rowKey(row) : undefined}
                onClick={onOpen && (() => onOpen(row))}
                onKeyDown={(event) => {
                  if (event.key === "Enter" && event.target === event.currentTarget) onOpen?.(row);
                }}
              >
                {columns.map((column) => (
                  <Table.Td key={column.key} ta={column.align} w={column.width}>
                    {column.render ? column.render(row) : String(column.value(row) ?? "–")}
                  </Table.Td>
                ))}
              </Table.Tr>
            ))}
          </Table.Tbody>
        </Table>
        {shown?.length === 0 &&
          (wanted ? <p className={classes.none}>{t("nothingFound")}</p> : empty)}
      </div>
    </div>
  );
}

interface HeadingProps<Row> {
  column: Column<Row>;
  direction: Direction | undefined;
  onSort: (() => void) | undefined;
}

function Heading<Row>({ column, direction, onSort }: HeadingProps<Row>) {
  const Arrow = direction === "descending" ? IconArrowDown : IconArrowUp;
  return (
    <Table.Th aria-sort={direction} ta={column.align} w={column.width} title={column.hint}>
      {onSort ? (
        <button type="button" className={classes.sort} onClick={onSort}>
          {column.title}
          <Arrow size={12} aria-hidden="true" visibility={direction ? "visible" : "hidden"} />
        </button>
      ) : (
        column.title
      )}
    </Table.Th>
  );
}

const SKELETONS = ["a", "b", "c", "d", "e"];

function Loading({ columns }: { columns: number }) {
  return SKELETONS.map((key) => (
    <Table.Tr key={key}>
      <Table.Td colSpan={columns}>
        <Skeleton height={16} />
      </Table.Td>
    </Table.Tr>
  ));
}

/** Up and down go from row to row. */
function moveFocus(event: KeyboardEvent<HTMLTableSectionElement>): void {
  const row = event.target;
  if (!(row instanceof HTMLTableRowElement)) return;
  const next =
    event.key === "ArrowDown"
      ? row.nextElementSibling
      : event.key === "ArrowUp"
        ? row.previousElementSibling
        : null;
  if (next instanceof HTMLElement) {
    event.preventDefault();
    next.focus();
  }
}
