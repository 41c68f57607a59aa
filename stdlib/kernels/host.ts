/** The imports of docs/host-abi.md that kernels use; the backend uses the others itself. */
@external("supervm", "exit") export declare function exit(status: i32): void;
@external("supervm", "calldata_copy") export declare function hostCalldataCopy(to: u32, offset: u32, length: u32): void;
@external("supervm", "returndata_copy") export declare function hostReturndataCopy(to: u32, offset: u32, length: u32): void;
@external("supervm", "code_size") export declare function hostCodeSize(): u32;
@external("supervm", "code_copy") export declare function hostCodeCopy(to: u32, offset: u32, length: u32): void;
@external("supervm", "extcode_size") export declare function hostExtcodeSize(): u32;
@external("supervm", "extcode_copy") export declare function hostExtcodeCopy(to: u32, offset: u32, length: u32): void;
@external("supervm", "log") export declare function hostLog(topics: i32, at: u32, length: u32): void;
@external("supervm", "call") export declare function hostCall(kind: i32, at: u32, length: u32, out: u32, outLength: u32): i32;
@external("supervm", "create") export declare function hostCreate(kind: i32, at: u32, length: u32): i32;
