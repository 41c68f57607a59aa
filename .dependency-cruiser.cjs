/**
 * Which part may import which: arrows only point down (docs/architecture.md). `npm run lint` fails where one points up.
 *
 *   cli, testing, bench -> compiler/driver -> compiler/frontends -> compiler/ir <- compiler/passes, targets -> compiler/ir
 */
const forbid = (name, comment, from, to) => ({ name, comment, severity: "error", from: { path: from }, to: { path: to } });

module.exports = {
  forbidden: [
    { name: "no-cycles", comment: "Import cycles, type imports included, hide the design.", severity: "error", from: {}, to: { circular: true } },
    forbid("machine-is-lowest", "Facts of the abstract machine (precompiles, addresses) depend on nothing.", "^machine/", "^(cli|testing|targets|runtime|compiler)/"),
    forbid(
      "base-is-lowest",
      "base and diagnostics import nothing of the compiler above them.",
      "^compiler/(base|diagnostics)/",
      "^(cli|testing|targets|runtime|compiler/(ir|analysis|passes|frontends|driver))/",
    ),
    forbid(
      "ir-knows-no-user",
      "The IR knows neither passes, frontends, targets nor the driver.",
      "^compiler/ir/",
      "^(cli|testing|targets|runtime|compiler/(passes|analysis|frontends|driver))/",
    ),
    forbid("analysis-below-passes", "Analyses know the IR only.", "^compiler/analysis/", "^(cli|testing|targets|runtime|compiler/(passes|frontends|driver))/"),
    forbid("passes-know-the-ir", "Passes know the IR and analyses only.", "^compiler/passes/", "^(cli|testing|targets|runtime|compiler/(frontends|driver))/"),
    forbid("frontends-know-no-target", "A frontend knows no target, pass or driver.", "^compiler/frontends/", "^(cli|testing|targets|runtime|compiler/(passes|driver))/"),
    forbid("targets-know-no-frontend", "A target knows no frontend, no driver and no tool above it.", "^targets/", "^(cli|testing|compiler/(frontends|driver))/"),
    ...["evm", "supervm", "solana"].map((t) => forbid(`${t}-knows-no-other-target`, "Targets do not know each other.", `^targets/${t}/`, `^targets/(?!${t}/|target\\.ts)[a-z]+`)),
    forbid("runtime-knows-no-compiler", "The runtime runs code, whoever made it.", "^runtime/", "^(cli|testing|targets|compiler)/"),
    forbid("driver-below-tools", "The driver knows no tool built on it.", "^compiler/", "^(cli|testing|bench|test)/"),
    forbid("product-knows-no-test", "Tests and benches are not part of the product.", "^(cli|compiler|targets|runtime|testing)/", "^(test|bench|fixtures)/"),
  ],
  options: {
    tsPreCompilationDeps: true,
    tsConfig: { fileName: "tsconfig.json" },
    doNotFollow: { path: "node_modules" },
    exclude: { path: "^(dist|node_modules)/" },
  },
};
