import icon from "../icon.svg";

/** The icon and the name of the product; the name is not translated. */
export function Logo() {
  return (
    <span className="logo">
      <img src={icon} alt="" width="28" height="28" />
      <span>{PRODUCT}</span>
    </span>
  );
}

const PRODUCT = "Seatkeeper";
