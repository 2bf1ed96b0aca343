using System.Net;
using System.Net.Sockets;
using System.Text;
using K8sLb.Protocol;
using K8sLb.Sidecar.Tests.Fixtures;

namespace K8sLb.Sidecar.Tests.Peers;

/// <summary>Speaks to a member's peer port, line by line, as whoever has got hold of what it is given.</summary>
internal sealed class PeerCaller : IDisposable
{
    private readonly Socket socket = new(SocketType.Stream, ProtocolType.Tcp);

    private PeerCaller() { }

    public static async Task<PeerCaller> ConnectAsync(TestMember member, IPAddress? from = null)
    {
        var caller = new PeerCaller();
        caller.socket.Bind(new IPEndPoint(from ?? IPAddress.Loopback, 0));
        await caller.socket.ConnectAsync(new IPEndPoint(member.Address, TestMember.PeerPort));
        return caller;
    }

    public static PeerOpening Opening(TestMember to, params PeerKey[] keys) =>
        new("http", "uid-caller", to.Options.PodUid, PeerProof.NewNonce(), [.. keys.Select(k => k.Id)]);

    public async Task SendAsync(ReadOnlyMemory<byte> bytes) => await socket.SendAsync(bytes);

    /// <summary>Null where the connection has ended instead.</summary>
    public async Task<string?> LineAsync()
    {
        var line = new StringBuilder();
        var one = new byte[1];
        using var limit = new CancellationTokenSource(TimeSpan.FromSeconds(30));
        try
        {
            while (await socket.ReceiveAsync(one, SocketFlags.None, limit.Token) == 1)
            {
                if (one[0] == '\n')
                {
                    return line.ToString();
                }
                line.Append((char)one[0]);
            }
            return null;
        }
        catch (SocketException)
        {
            return null;
        }
    }

    /// <summary>Opens by a key; returns what the member says in the end, null where it hangs up.</summary>
    /// <param name="known">What the caller has for the secret.</param>
    public async Task<string?> AskAsync(TestMember member, PeerKey known)
    {
        var opening = Opening(member, known);
        await SendAsync(opening.Format());
        if (await LineAsync() is not { } line)
        {
            return null;
        }
        var answer = PeerAnswer.Parse(Encoding.ASCII.GetBytes(line))!;
        await SendAsync(PeerProof.Format(PeerProof.OfDialler(known, opening, answer.Nonce)));
        return await LineAsync();
    }

    /// <summary>Says no more, and still listens.</summary>
    public void HangUp() => socket.Shutdown(SocketShutdown.Send);

    public void Dispose() => socket.Dispose();
}
