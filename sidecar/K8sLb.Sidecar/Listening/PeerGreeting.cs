using K8sLb.Protocol;

namespace K8sLb.Sidecar.Listening;

/// <summary>
/// What a member says that opens a connection to another one's peer port, and what it makes of the answers. No byte of a client is sent
/// before <see cref="PeerWord.Granted"/>. One for each connection.
/// </summary>
public sealed class PeerGreeting
{
    private readonly PeerOpening? opening;
    private readonly IReadOnlyList<PeerKey> keys;
    private bool isProven;

    private PeerGreeting(ReadOnlyMemory<byte> first, PeerOpening? opening, IReadOnlyList<PeerKey> keys) =>
        (First, this.opening, this.keys) = (first, opening, keys);

    /// <summary>To be sent at once.</summary>
    public ReadOnlyMemory<byte> First { get; }

    /// <summary>To a member that knows no keys: its credential is all that is asked for.</summary>
    public static PeerGreeting Plain(ReadOnlyMemory<byte> preface) => new(preface, null, []);

    /// <param name="keys">The preferred first.</param>
    public static PeerGreeting Proving(string port, string from, string to, IReadOnlyList<PeerKey> keys)
    {
        var opening = new PeerOpening(port, from, to, PeerProof.NewNonce(), [.. keys.Select(k => k.Id)]);
        return new(opening.Format(), opening, keys);
    }

    /// <param name="line">The next one of the peer, without its newline.</param>
    /// <param name="reply">To be sent where the word is <see cref="PeerWord.Reply"/>.</param>
    public PeerWord Hear(ReadOnlySpan<byte> line, out ReadOnlyMemory<byte> reply)
    {
        reply = default;
        if (opening is not null && !isProven)
        {
            if (Answer(opening, line) is not { } proof)
            {
                return PeerWord.Refused;
            }
            (isProven, reply) = (true, PeerProof.Format(proof));
            return PeerWord.Reply;
        }
        return line.SequenceEqual(PeerPreface.Accepted[..^1]) ? PeerWord.Granted
            : line.SequenceEqual(PeerPreface.Full[..^1]) ? PeerWord.Full
            : PeerWord.Refused;
    }

    /// <returns>This side's proof; null where the other one has not proven that it is of the pool.</returns>
    private string? Answer(PeerOpening asked, ReadOnlySpan<byte> line) =>
        PeerAnswer.Parse(line) is { } answer
        && keys.FirstOrDefault(k => k.Id == answer.Key) is { } key
        && PeerProof.Matches(answer.Proof, PeerProof.OfDialled(key, asked, answer.Nonce))
            ? PeerProof.OfDialler(key, asked, answer.Nonce)
            : null;
}

public enum PeerWord
{
    /// <summary>The peer has proven who it is, and waits for the same.</summary>
    Reply,

    /// <summary>Work may be sent.</summary>
    Granted,

    /// <summary>There is no place for work now.</summary>
    Full,

    /// <summary>It is not who was dialled, or takes no work.</summary>
    Refused,
}
