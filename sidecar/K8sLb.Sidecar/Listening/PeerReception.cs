using System.Net.Sockets;
using K8sLb.Protocol;
using K8sLb.Sidecar.Snapshots;

namespace K8sLb.Sidecar.Listening;

/// <summary>Finds out who has dialled the peer port, and shows in turn who is here.</summary>
public sealed class PeerReception(PeerCredential credential, PeerKeyRing keys, PeerGreetings self)
{
    /// <exception cref="PeerRefusedException">It is none that may hand work over.</exception>
    public async Task<MetPeer> MeetAsync(Socket socket, CancellationToken cancellation)
    {
        if (await PeerHandshake.ReadLineAsync(socket, cancellation) is not { } line)
        {
            throw new PeerRefusedException("it did not begin with a preface");
        }
        if (PeerPreface.TryParse(line.Span, out var port, out var presented))
        {
            return !keys.TakesPlain
                    ? throw new PeerRefusedException("it showed a credential, where all members prove a key")
                : credential.Matches(presented) ? new(port, 0)
                : throw new PeerRefusedException("its credential is not this member's");
        }
        return PeerOpening.Parse(line.Span) is { } opening
            ? await ProveAsync(socket, opening, cancellation)
            : throw new PeerRefusedException("it did not begin with a preface");
    }

    private async Task<MetPeer> ProveAsync(Socket socket, PeerOpening opening, CancellationToken cancellation)
    {
        if (opening.To != self.Self)
        {
            throw new PeerRefusedException("it looked for another member");
        }
        if (opening.Keys.Select(keys.Find).FirstOrDefault(k => k is not null) is not { } key)
        {
            throw new PeerRefusedException("it has none of the keys of this pool");
        }
        var nonce = PeerProof.NewNonce();
        var answer = new PeerAnswer(key.Id, nonce, PeerProof.OfDialled(key, opening, nonce)).Format();
        await socket.SendAsync(answer, SocketFlags.None, cancellation);
        return
            await PeerHandshake.ReadLineAsync(socket, cancellation) is { } line
            && PeerProof.Parse(line.Span) is { } proof
            && PeerProof.Matches(proof, PeerProof.OfDialler(key, opening, nonce))
            ? new(opening.Port, answer.Length)
            : throw new PeerRefusedException("it did not prove that it has the key");
    }
}

/// <param name="Port">The name of the one that it asks for.</param>
/// <param name="Said">Bytes that were sent to it.</param>
public readonly record struct MetPeer(string Port, int Said);

/// <summary>The message is for the log; whoever was refused is told nothing.</summary>
public sealed class PeerRefusedException(string message) : Exception(message);
