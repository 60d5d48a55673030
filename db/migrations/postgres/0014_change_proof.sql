CREATE TABLE "change_proof" (
	"clinic_id" uuid NOT NULL,
	"device_id" uuid NOT NULL,
	"from_n" bigint NOT NULL,
	"to_n" bigint NOT NULL,
	"actor" uuid NOT NULL,
	"public_key" text NOT NULL,
	"after" text,
	"tail" jsonb NOT NULL,
	"signature" text NOT NULL,
	CONSTRAINT "change_proof_clinic_id_device_id_from_n_public_key_pk" PRIMARY KEY("clinic_id","device_id","from_n","public_key")
);
