/** OpenZeppelin's contracts, unmodified, through the Solidity lowering against solc. */
import { test } from "node:test";
import { ALICE, BOB, call, differential } from "../../../../../differential/harness.js";

const hex = (n: bigint) => "0x" + n.toString(16).padStart(40, "0");
const alice = hex(ALICE);
const bob = hex(BOB);
const ZERO = "0x" + "00".repeat(20);
const from = { from: BOB };

test("ERC20 with permit, burning, pausing and ownership", async () => {
  const source = `
  import {ERC20} from "@openzeppelin/contracts/token/ERC20/ERC20.sol";
  import {ERC20Permit} from "@openzeppelin/contracts/token/ERC20/extensions/ERC20Permit.sol";
  import {ERC20Burnable} from "@openzeppelin/contracts/token/ERC20/extensions/ERC20Burnable.sol";
  import {ERC20Pausable} from "@openzeppelin/contracts/token/ERC20/extensions/ERC20Pausable.sol";
  import {Ownable2Step, Ownable} from "@openzeppelin/contracts/access/Ownable2Step.sol";
  contract Token is ERC20, ERC20Permit, ERC20Burnable, ERC20Pausable, Ownable2Step {
    constructor(string memory n, address owner) ERC20(n, "TKN") ERC20Permit(n) Ownable(owner) { _mint(owner, 1000 ether); }
    function pause() external onlyOwner { _pause(); }
    function unpause() external onlyOwner { _unpause(); }
    function _update(address a, address b, uint256 v) internal override(ERC20, ERC20Pausable) { super._update(a, b, v); }
  }`;
  await differential({
    source,
    contract: "Token",
    constructorArgs: [
      ["string", "address"],
      ["Some Token", alice],
    ],
    calls: [
      ...["name()", "symbol()", "decimals()", "totalSupply()", "owner()", "DOMAIN_SEPARATOR()", "eip712Domain()", "paused()"].map((f) => call(f)),
      call("transfer(address,uint256)", [bob, 5n]),
      call("transfer(address,uint256)", [ZERO, 5n]),
      call("transfer(address,uint256)", [alice, 6n], from),
      call("approve(address,uint256)", [bob, 100n]),
      call("allowance(address,address)", [alice, bob]),
      call("transferFrom(address,address,uint256)", [alice, bob, 60n], from),
      call("transferFrom(address,address,uint256)", [alice, bob, 60n], from),
      call("balanceOf(address)", [bob]),
      call("burn(uint256)", [5n], from),
      call("burnFrom(address,uint256)", [alice, 41n], from),
      call("burnFrom(address,uint256)", [alice, 40n], from),
      call("permit(address,address,uint256,uint256,uint8,bytes32,bytes32)", [alice, bob, 1n, 1n, 27n, "0x" + "11".repeat(32), "0x" + "22".repeat(32)]),
      call("permit(address,address,uint256,uint256,uint8,bytes32,bytes32)", [alice, bob, 1n, 2n ** 255n, 27n, "0x" + "11".repeat(32), "0x" + "22".repeat(32)]),
      call("nonces(address)", [alice]),
      call("pause()", [], from),
      call("pause()"),
      call("transfer(address,uint256)", [bob, 1n]),
      call("unpause()"),
      call("transferOwnership(address)", [bob]),
      call("pendingOwner()"),
      call("acceptOwnership()"),
      call("acceptOwnership()", [], from),
      call("owner()"),
      call("renounceOwnership()", [], from),
    ],
  });
});

test("ERC721 with enumeration and URIs", async () => {
  const source = `
  import {ERC721} from "@openzeppelin/contracts/token/ERC721/ERC721.sol";
  import {ERC721Enumerable} from "@openzeppelin/contracts/token/ERC721/extensions/ERC721Enumerable.sol";
  import {ERC721URIStorage} from "@openzeppelin/contracts/token/ERC721/extensions/ERC721URIStorage.sol";
  contract Nft is ERC721, ERC721Enumerable, ERC721URIStorage {
    constructor() ERC721("Nft", "NFT") {}
    function _baseURI() internal pure override returns (string memory) { return "ipfs://folder/"; }
    function mint(address to, uint256 id, string memory uri) public { _safeMint(to, id); if (bytes(uri).length > 0) _setTokenURI(id, uri); }
    function _update(address to, uint256 id, address auth) internal override(ERC721, ERC721Enumerable) returns (address) { return super._update(to, id, auth); }
    function _increaseBalance(address a, uint128 v) internal override(ERC721, ERC721Enumerable) { super._increaseBalance(a, v); }
    function tokenURI(uint256 id) public view override(ERC721, ERC721URIStorage) returns (string memory) { return super.tokenURI(id); }
    function supportsInterface(bytes4 i) public view override(ERC721, ERC721Enumerable, ERC721URIStorage) returns (bool) { return super.supportsInterface(i); }
  }`;
  await differential({
    source,
    contract: "Nft",
    calls: [
      call("mint(address,uint256,string)", [alice, 7n, ""]),
      call("mint(address,uint256,string)", [alice, 1234567890n, "special"]),
      call("mint(address,uint256,string)", [alice, 7n, ""]),
      call("mint(address,uint256,string)", [ZERO, 8n, ""]),
      ...[7n, 1234567890n, 1n].map((i) => call("tokenURI(uint256)", [i])),
      call("approve(address,uint256)", [bob, 7n]),
      call("safeTransferFrom(address,address,uint256)", [alice, bob, 7n], from),
      call("safeTransferFrom(address,address,uint256,bytes)", [alice, bob, 1234567890n, "0x01"], from),
      call("setApprovalForAll(address,bool)", [bob, true]),
      call("transferFrom(address,address,uint256)", [alice, bob, 1234567890n], from),
      call("tokenOfOwnerByIndex(address,uint256)", [bob, 1n]),
      call("tokenOfOwnerByIndex(address,uint256)", [bob, 2n]),
      call("tokenByIndex(uint256)", [0n]),
      call("totalSupply()"),
      ...["0x80ac58cd", "0x780e9d63", "0xffffffff"].map((i) => call("supportsInterface(bytes4)", [i])),
    ],
  });
});

test("ERC1155, roles and the reentrancy guard", async () => {
  const source = `
  import {ERC1155} from "@openzeppelin/contracts/token/ERC1155/ERC1155.sol";
  import {ERC1155Supply} from "@openzeppelin/contracts/token/ERC1155/extensions/ERC1155Supply.sol";
  import {AccessControlEnumerable, AccessControl} from "@openzeppelin/contracts/access/extensions/AccessControlEnumerable.sol";
  import {ReentrancyGuard} from "@openzeppelin/contracts/utils/ReentrancyGuard.sol";
  import {Strings} from "@openzeppelin/contracts/utils/Strings.sol";
  import {Math} from "@openzeppelin/contracts/utils/math/Math.sol";
  contract Multi is ERC1155Supply, AccessControlEnumerable, ReentrancyGuard {
    bytes32 public constant MINTER = keccak256("MINTER");
    constructor() ERC1155("uri") { _grantRole(DEFAULT_ADMIN_ROLE, msg.sender); }
    function mint(address to, uint256[] calldata ids, uint256[] calldata amounts, bytes memory data) public onlyRole(MINTER) nonReentrant { _mintBatch(to, ids, amounts, data); }
    function again() public nonReentrant { this.again(); }
    function supportsInterface(bytes4 i) public view override(ERC1155, AccessControlEnumerable) returns (bool) { return super.supportsInterface(i); }
    function text(uint256 v, int256 w, address a) public pure returns (string memory, string memory, string memory, string memory) { return (Strings.toString(v), Strings.toStringSigned(w), Strings.toHexString(a), Strings.toChecksumHexString(a)); }
    function math(uint256 a, uint256 b, uint256 c) public pure returns (uint256, uint256, uint256, uint256) { return (Math.mulDiv(a, b, c), Math.sqrt(a), Math.log2(b), Math.log10(c)); }
  }`;
  await differential({
    source,
    contract: "Multi",
    calls: [
      call("mint(address,uint256[],uint256[],bytes)", [bob, [1n, 2n], [10n, 20n], "0x"]),
      call("MINTER()"),
      call("grantRole(bytes32,address)", ["0x" + "00".repeat(32), bob], from),
      call("grantRole(bytes32,address)", ["0xf0887ba65ee2024ea881d91b74c2450ef19e1557f03bed3ea9f16b037cbe2dc9", alice]),
      call("hasRole(bytes32,address)", ["0xf0887ba65ee2024ea881d91b74c2450ef19e1557f03bed3ea9f16b037cbe2dc9", alice]),
      call("getRoleMember(bytes32,uint256)", ["0x" + "00".repeat(32), 0n]),
      call("mint(address,uint256[],uint256[],bytes)", [bob, [1n, 2n], [10n, 20n], "0x"]),
      call("mint(address,uint256[],uint256[],bytes)", [bob, [1n, 2n], [10n], "0x"]),
      call("balanceOfBatch(address[],uint256[])", [
        [bob, alice, bob],
        [1n, 1n, 2n],
      ]),
      call("safeBatchTransferFrom(address,address,uint256[],uint256[],bytes)", [bob, alice, [1n, 2n], [4n, 20n], "0xab"], from),
      call("safeTransferFrom(address,address,uint256,uint256,bytes)", [bob, alice, 1n, 7n, "0x"], from),
      call("totalSupply(uint256)", [1n]),
      call("totalSupply()"),
      call("again()"),
      call("text(uint256,int256,address)", [1234567890n, -42n, "0x5aaeb6053f3e94c9b9a09f33669435e7ef1beaed"]),
      call("math(uint256,uint256,uint256)", [2n ** 200n, 3n ** 100n, 10n ** 40n]),
      call("math(uint256,uint256,uint256)", [2n ** 255n, 2n ** 255n, 1n]),
    ],
  });
});

test("clones, proxies and merkle proofs", async () => {
  const source = `
  import {Clones} from "@openzeppelin/contracts/proxy/Clones.sol";
  import {ERC1967Proxy} from "@openzeppelin/contracts/proxy/ERC1967/ERC1967Proxy.sol";
  import {Initializable} from "@openzeppelin/contracts/proxy/utils/Initializable.sol";
  import {MerkleProof} from "@openzeppelin/contracts/utils/cryptography/MerkleProof.sol";
  import {ECDSA} from "@openzeppelin/contracts/utils/cryptography/ECDSA.sol";
  contract Impl is Initializable { uint256 public x; function init(uint256 v) public initializer { x = v; } function boom() public pure { revert("boom"); } }
  contract Factory {
    Impl impl = new Impl();
    function clone(uint256 v) public returns (uint256, bool) { Impl c = Impl(Clones.clone(address(impl))); c.init(v); try c.init(v) { return (0, false); } catch { return (c.x(), impl.x() == 0); } }
    function proxy(uint256 v) public returns (uint256) { Impl p = Impl(address(new ERC1967Proxy(address(impl), abi.encodeCall(Impl.init, (v))))); return p.x(); }
    function bad() public { Impl(address(new ERC1967Proxy(address(impl), abi.encodeCall(Impl.boom, ())))); }
    function verify(bytes32[] memory proof, bytes32 root, bytes32 leaf) public pure returns (bool) { return MerkleProof.verify(proof, root, leaf); }
    function recover(bytes32 h, bytes memory s) public pure returns (address) { return ECDSA.recover(h, s); }
  }`;
  const word = (b: string) => "0x" + b.repeat(32);
  await differential({
    source,
    contract: "Factory",
    calls: [
      call("clone(uint256)", [5n]),
      call("proxy(uint256)", [6n]),
      call("bad()"),
      call("verify(bytes32[],bytes32,bytes32)", [[word("11"), word("22")], word("33"), word("44")]),
      call("recover(bytes32,bytes)", [word("11"), "0x" + "22".repeat(64) + "1b"]),
      call("recover(bytes32,bytes)", [word("11"), "0x" + "22".repeat(63)]),
    ],
  });
});
