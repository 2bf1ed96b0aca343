using System.Runtime.InteropServices;

namespace K8sLb.SampleApp;

/// <summary>
/// Ends the process as a program without a signal handler would: no graceful shutdown, no finalisers, open sockets are
/// left to the kernel. <c>Environment.Exit</c> would wait for shutdown handlers.
/// </summary>
internal static partial class ImmediateExit
{
    [LibraryImport("libc", EntryPoint = "_exit")]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    public static partial void Now(int status);
}
