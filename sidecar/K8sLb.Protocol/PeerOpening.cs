using System.Text;

namespace K8sLb.Protocol;

/// <summary>
/// First line of a connection between members that prove a key:
/// <c>K8SLB/2 &lt;port&gt; &lt;UID of who dials&gt; &lt;UID of who is dialled&gt; &lt;nonce&gt; &lt;key&gt;,&lt;key&gt;…</c>. The answer is a
/// <see cref="PeerAnswer"/>, to which who dials says the line <c>K8SLB/2 &lt;proof&gt;</c>. Then it goes on as behind a
/// <see cref="PeerPreface"/>: with <see cref="PeerPreface.Accepted"/>, and with the client's bytes.
/// </summary>
/// <param name="Keys">Ids of those that who dials has, the preferred first.</param>
public sealed record PeerOpening(string Port, string From, string To, string Nonce, IReadOnlyList<string> Keys)
{
    internal const string Magic = "K8SLB/2";

    /// <summary>Of any line of either side before work begins, its newline included.</summary>
    public const int MaxBytes = 512;

    public byte[] Format() => Encoding.ASCII.GetBytes($"{Magic} {Port} {From} {To} {Nonce} {string.Join(',', Keys)}\n");

    /// <summary>Reads the line without its newline; null where it is none.</summary>
    public static PeerOpening? Parse(ReadOnlySpan<byte> line) =>
        Encoding.ASCII.GetString(line).Split(' ')
            is [Magic, { Length: > 0 } port, var from, var to, var nonce, var keys]
        && PeerProof.IsNonce(nonce)
            ? new(port, from, to, nonce, keys.Split(','))
            : null;
}

/// <summary><c>K8SLB/2 &lt;key&gt; &lt;nonce&gt; &lt;proof&gt;</c>: who is dialled knows one of the keys, and asks for the same proof.</summary>
public sealed record PeerAnswer(string Key, string Nonce, string Proof)
{
    public byte[] Format() => Encoding.ASCII.GetBytes($"{PeerOpening.Magic} {Key} {Nonce} {Proof}\n");

    /// <inheritdoc cref="PeerOpening.Parse"/>
    public static PeerAnswer? Parse(ReadOnlySpan<byte> line) =>
        Encoding.ASCII.GetString(line).Split(' ') is [PeerOpening.Magic, var key, var nonce, var proof]
        && PeerProof.IsNonce(nonce)
            ? new(key, nonce, proof)
            : null;
}
