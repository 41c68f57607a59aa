/**
 * The compiler's version as solc's users read it: the release of the language that it stands for, then, where solc has the commit that it was built
 * from, what names this compiler.
 *
 *   0.8.37+commit.2f5ba9c1.supervm.0.1.0
 */
import { bytesToHex, utf8ToBytes } from "@noble/hashes/utils.js";
import { keccak256 } from "../../../machine/keccak.js";
import { lineReleases, releases } from "../../frontends/solidity/syntax/language.js";
import { OptionError } from "../options.js";
import { VERSION } from "../version.js";

/** The newest release of the language. */
export const NEWEST_RELEASE = lineReleases["0.8"];

/** Eight hex digits where tools look for a commit: this compiler's name and version, hashed, so that builds by different compilers differ there too. */
const STAMP = bytesToHex(keccak256(utf8ToBytes(`supervm ${VERSION}`))).slice(0, 8);

/**
 * The long version for a release of the language.
 *
 * @throws OptionError where the compiler does not stand for that release
 */
export function longVersion(release: string): string {
  if (!releases.includes(release)) throw new OptionError(`there is no Solidity ${release} here; releases run from ${releases[releases.length - 1]} to ${NEWEST_RELEASE}`);
  return `${release}+commit.${STAMP}.supervm.${VERSION}`;
}
