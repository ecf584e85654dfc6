import icon from "../icon.svg";

/** The product's sign and name; its name is the same in every language. */
export function Mark() {
  return (
    <span className="mark">
      <img src={icon} alt="" width="28" height="28" />
      <span>{PRODUCT}</span>
    </span>
  );
}

const PRODUCT = "Seatkeeper";
