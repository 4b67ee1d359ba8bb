process.env.HARDHAT_DISABLE_TELEMETRY = "true";

import { createRequire } from "node:module";
import { defineConfig } from "hardhat/config";

/** The compiler comes with npm, so that a build fetches nothing. */
const soljson = createRequire(import.meta.url).resolve("solc/soljson.js");

export default defineConfig({
  paths: {
    sources: ["./contracts", "./scripts/points"],
    tests: { solidity: "./test" },
  },
  solidity: {
    npmFilesToBuild: ["@openzeppelin/contracts/access/manager/AccessManager.sol"],
    version: "0.8.37",
    path: soljson,
    settings: {
      evmVersion: "cancun",
      viaIR: true,
      optimizer: { enabled: true, runs: 1_000_000 },
      metadata: { bytecodeHash: "none" },
    },
  },
  networks: {
    default: { type: "edr-simulated", hardfork: "cancun", blockGasLimit: 60_000_000, initialBaseFeePerGas: 0 },
  },
});
