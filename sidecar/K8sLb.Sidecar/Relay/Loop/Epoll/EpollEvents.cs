using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;

namespace K8sLb.Sidecar.Relay.Loop.Epoll;

/// <summary>
/// <c>struct epoll_event</c> as bytes: a mask of 4 bytes and data of 8. Packed on x64 alone (12 bytes, the data at 4);
/// elsewhere the data is aligned (16 bytes, the data at 8). See epoll_event(3type) and the kernel's eventpoll.h.
/// </summary>
internal static unsafe class EpollEvents
{
    private static readonly bool IsPacked = RuntimeInformation.ProcessArchitecture == Architecture.X64;

    public static int Size => IsPacked ? 12 : 16;
    private static int DataOffset => IsPacked ? 4 : 8;

    public static void Write(byte* at, uint events, ulong data)
    {
        Unsafe.WriteUnaligned(at, events);
        Unsafe.WriteUnaligned(at + DataOffset, data);
    }

    public static (uint Events, ulong Data) Read(byte* at) =>
        (Unsafe.ReadUnaligned<uint>(at), Unsafe.ReadUnaligned<ulong>(at + DataOffset));
}
