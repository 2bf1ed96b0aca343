namespace K8sLb.Operator.Validation;

/// <summary>What is wrong with one field. <paramref name="Expected"/> says what would be right.</summary>
public sealed record FieldError(string Path, string Value, string Expected)
{
    public override string ToString() => $"{Path}: {Value}: {Expected}";
}
