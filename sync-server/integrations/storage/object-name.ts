/** What an object is called: the clinic and random digits, so that a name tells nothing of what lies there. */
export const OBJECT_NAME = /^[a-z0-9-]{1,40}\/(\.partial-)?[0-9a-f]{16,64}$/;
