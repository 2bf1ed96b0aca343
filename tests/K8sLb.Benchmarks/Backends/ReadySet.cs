using System.Net.Sockets;
using System.Runtime.InteropServices;

namespace K8sLb.Benchmarks;

/// <summary>poll(2) over a few sockets: .NET's own Socket.Select makes lists anew at every call.</summary>
internal sealed partial class ReadySet : IDisposable
{
    private const short POLLIN = 1;
    private readonly List<Socket> sockets = [];
    private PollDescriptor[] descriptors = [];

    /// <summary>Its index is the number of those added before.</summary>
    public void Add(Socket socket)
    {
        sockets.Add(socket);
        Describe();
    }

    public void RemoveAt(int index)
    {
        sockets.RemoveAt(index);
        Describe();
    }

    /// <returns>False where the time is up.</returns>
    public bool Wait(int timeoutMs) => Poll(descriptors, (nuint)descriptors.Length, timeoutMs) > 0;

    public bool IsReady(int index) => descriptors[index].Returned != 0;

    public void Dispose() => sockets.Clear();

    private void Describe() =>
        descriptors = [
            .. sockets.Select(socket => new PollDescriptor
            {
                Descriptor = (int)socket.SafeHandle.DangerousGetHandle(),
                Wanted = POLLIN,
            }),
        ];

    [LibraryImport("libc", EntryPoint = "poll")]
    private static partial int Poll([In, Out] PollDescriptor[] descriptors, nuint count, int timeoutMs);

    [StructLayout(LayoutKind.Sequential)]
    private struct PollDescriptor
    {
        public int Descriptor;
        public short Wanted;
        public short Returned;
    }
}
