import { Link } from "../../frame/Link";
import { withParameters } from "../../frame/location";
import { useMay } from "../../session/viewer";
import { useWords } from "../../words/WordsProvider";

/** Says that this is a demo, and how it becomes a purchase. */
export function DemoNotice() {
  const words = useWords();
  const may = useMay();
  return (
    <p className="notice news between">
      {words.isDemo}
      {may("LICENSES_WRITE") && (
        <Link className="button primary" href={withParameters({ dialog: "convert" })}>
          {words.becomeACustomer}
        </Link>
      )}
    </p>
  );
}
