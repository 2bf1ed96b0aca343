namespace K8sLb.Kubernetes;

/// <summary>A source of bearer tokens.</summary>
public abstract class BearerToken
{
    /// <exception cref="IOException">There is no token to be had.</exception>
    public abstract string Current { get; }

    /// <summary>The server refused <paramref name="token"/>.</summary>
    /// <returns>True where the next <see cref="Current"/> may be another one.</returns>
    public abstract bool Refused(string token);
}

/// <summary>A token that never changes.</summary>
public sealed class StaticToken(string token) : BearerToken
{
    public override string Current => token;

    public override bool Refused(string token) => false;
}
