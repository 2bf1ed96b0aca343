namespace K8sLb.Operator.Validation;

/// <summary>What a request line can carry as its target (RFC 9112 section 3.2.1).</summary>
internal static class HttpPath
{
    public static void Check(string value, string field, FieldErrors errors)
    {
        if (!value.StartsWith('/') || value.Any(c => c is <= ' ' or >= (char)127))
        {
            errors.Add(field, value, "must begin with / and have no spaces or control characters");
        }
    }
}
